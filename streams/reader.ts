import { Bell } from "./bell.ts";
import { BlockingConnection } from "./blocking.ts";
import type { Client } from "./connection.ts";
import { messageOf } from "./errors.ts";
import type { Groups } from "./groups.ts";
import type { Arrival } from "./job.ts";
import type { Lane } from "./lane.ts";
import type { Log } from "./ports.ts";
import { meaningOf } from "./refusals.ts";
import { type RawEntry, streamsOf } from "./reply.ts";
import { BLOCK_MS, GROUP } from "./topology.ts";

/** With a stream left out for want of slots, the wait is short, so that it comes back in soon. */
const SHORT_BLOCK_MS = 50;
/** Most entries asked of one stream at once: bounds a reply's size. */
const MAX_READ = 200;
const PAUSE_MS = 1_000;
const ERROR_PAUSE_MS = 200;

export interface ReaderDeps {
  name: string;
  /** Opens a connection for this reader alone. */
  open(): Client;
  /** Ends a connection on the server's side, by its identity there. */
  kill(identity: readonly string[]): Promise<unknown>;
  consumer: string;
  /** In reading priority. */
  lanes: readonly Lane[];
  groups: Groups;
  /** Rings when a slot is free again or a breaker changed. */
  changed: Bell;
  log: Log;
}

/**
 * One loop of reads over several streams. While entries come it asks each stream for exactly what
 * its slots allow, in one round trip; when all are empty it blocks on all of them at once.
 */
export class Reader {
  readonly #deps: ReaderDeps;
  readonly #connection: BlockingConnection;
  readonly #ended: Promise<void>;
  /** Ends pauses. Not `changed`, which two readers that fail would ring for each other all the time. */
  readonly #stopping = new Bell();
  #stopped = false;
  #failing = false;
  #turnedAt = performance.now();

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
    this.#connection = new BlockingConnection(deps.name, deps.open, deps.log);
    this.#ended = this.#loop();
  }

  /** How long ago the loop last came round. */
  silentMs(): number {
    return performance.now() - this.#turnedAt;
  }

  /**
   * Stops reading at once; what a read in flight was given stays pending to us. Closing our end is
   * not enough: until the server notices, it may serve the blocked read, after all was handed back.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection.stop();
    this.#deps.changed.ring();
    this.#stopping.ring();
    const { identity } = this.#connection;
    if (identity !== undefined) await this.#deps.kill(identity).catch(() => undefined);
    await this.#ended;
  }

  async #loop(): Promise<void> {
    let hot = false;
    while (!this.#stopped) {
      this.#turnedAt = performance.now();
      const open = this.#deps.lanes.filter((lane) => !lane.paused && lane.slots.readable > 0);
      if (open.length === 0) {
        await this.#deps.changed.wait(PAUSE_MS);
        continue;
      }
      try {
        hot = hot ? await this.#readNow(open) : await this.#readBlocking(open);
        this.#failing = false;
      } catch (error) {
        hot = false;
        await this.#recover(error);
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#stopped || (await this.#deps.groups.heal(error))) return;
    const facts = { reader: this.#deps.name, error: messageOf(error), means: meaningOf(error) };
    if (!this.#failing) this.#deps.log.warn(facts, "reads fail; asked again until they work");
    this.#failing = true;
    await this.#stopping.wait(ERROR_PAUSE_MS);
  }

  /** Each stream for what it has room for; resolves with whether anything came. */
  #readNow(lanes: readonly Lane[]): Promise<boolean> {
    const asks = lanes.map((lane) => ({ lane, count: Math.min(lane.slots.readable, MAX_READ) }));
    return this.#reserving(asks, async (came) => {
      const results = await this.#connection.ask(async (client) => {
        const pipeline = client.pipeline();
        for (const { lane, count } of asks) {
          pipeline.callBuffer(
            "XREADGROUP",
            ...this.#as(),
            "COUNT",
            count,
            "STREAMS",
            lane.key,
            ">",
          );
        }
        return (await pipeline.exec()) ?? [];
      });
      for (const [, reply] of results) {
        for (const { key, entries } of streamsOf(reply)) came.set(key, entries);
      }
      return results.find(([error]) => error !== null)?.[0] ?? undefined;
    });
  }

  /** All streams at once; COUNT holds for each of them, so the smallest room decides. */
  #readBlocking(lanes: readonly Lane[]): Promise<boolean> {
    const count = Math.min(MAX_READ, ...lanes.map((lane) => lane.slots.readable));
    const blockMs = lanes.length < this.#deps.lanes.length ? SHORT_BLOCK_MS : BLOCK_MS;
    const keys = lanes.map((lane) => lane.key);
    const asks = lanes.map((lane) => ({ lane, count }));
    return this.#reserving(asks, async (came) => {
      const options = [
        "COUNT",
        count,
        "BLOCK",
        blockMs,
        "STREAMS",
        ...keys,
        ...keys.map(() => ">"),
      ];
      const reply = await this.#connection.ask((client) =>
        client.callBuffer("XREADGROUP", ...this.#as(), ...options),
      );
      for (const { key, entries } of streamsOf(reply)) came.set(key, entries);
      return undefined;
    });
  }

  /**
   * Holds the slots of what is asked for while Redis answers, then hands on what came. `read` puts
   * entries under their key and returns an error that spoils only part of the answer.
   */
  async #reserving(
    asks: readonly { lane: Lane; count: number }[],
    read: (came: Map<string, RawEntry[]>) => Promise<Error | undefined>,
  ): Promise<boolean> {
    const came = new Map<string, RawEntry[]>();
    for (const { lane, count } of asks) lane.slots.reserve(count);
    try {
      const failure = await read(came);
      if (failure) throw failure;
    } finally {
      for (const { lane, count } of asks) {
        const entries = came.get(lane.key) ?? [];
        lane.slots.release(count - entries.length);
        lane.accept(entries.map(firstArrival), "fresh");
      }
    }
    return came.size > 0;
  }

  #as(): string[] {
    return ["GROUP", GROUP, this.#deps.consumer];
  }
}

function firstArrival(entry: RawEntry): Arrival {
  return { ...entry, tries: 1, suspect: false };
}
