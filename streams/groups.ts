import type { Client } from "./connection.ts";
import { messageOf } from "./errors.ts";
import type { Log } from "./ports.ts";
import { isStreamLost } from "./refusals.ts";
import { GROUP, type Keyspace, keyOf, streamNames } from "./topology.ts";

/** The groups of one partition: made at start, made again when Redis has lost them. */
export class Groups {
  readonly #redis: Client;
  readonly #keyspace: Keyspace;
  readonly #partition: number;
  readonly #log: Log;
  readonly #onLost: () => void;
  #healing: Promise<void> | undefined;

  constructor(
    deps: { redis: Client; keyspace: Keyspace; log: Log; onLost: () => void },
    partition: number,
  ) {
    this.#redis = deps.redis;
    this.#keyspace = deps.keyspace;
    this.#log = deps.log;
    this.#onLost = deps.onLost;
    this.#partition = partition;
  }

  /** Makes every missing group, from the stream's beginning. Resolves with how many it made. */
  async ensure(): Promise<number> {
    const made = await Promise.all(streamNames.map((name) => this.#create(name)));
    return made.filter(Boolean).length;
  }

  /**
   * Whether the error says that streams or groups are gone; if so they are made again and, once,
   * the owner is told that wake-ups may be lost. Never rejects: whoever still misses them comes back.
   */
  async heal(error: unknown): Promise<boolean> {
    if (!isStreamLost(error)) return false;
    this.#healing ??= this.#remake().finally(() => {
      this.#healing = undefined;
    });
    await this.#healing;
    return true;
  }

  async #remake(): Promise<void> {
    const made = await this.ensure().catch((error: unknown) => {
      this.#log.warn({ partition: this.#partition, error: messageOf(error) }, "groups not remade");
      return 0;
    });
    if (made === 0) return;
    this.#log.error({ partition: this.#partition, groups: made }, "streams were lost and remade");
    this.#onLost();
  }

  async #create(name: (typeof streamNames)[number]): Promise<boolean> {
    try {
      const key = keyOf(this.#keyspace, this.#partition, name);
      await this.#redis.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
      return true;
    } catch (error) {
      if (messageOf(error).startsWith("BUSYGROUP")) return false;
      throw error;
    }
  }
}
