import { type Client, closeClient } from "./connection.ts";
import type { Log } from "./ports.ts";
import { textOf } from "./reply.ts";
import { BLOCK_MS } from "./topology.ts";

/**
 * The connection of one loop of blocking reads, with a watchdog: no client option covers every way a
 * read can hang, so a read that hangs for three BLOCKs costs the connection and is given up.
 */
export class BlockingConnection {
  readonly #name: string;
  readonly #open: () => Client;
  readonly #log: Log;
  readonly #watchdog: ReturnType<typeof setInterval>;
  #client: Client;
  #generation = 0;
  #identity: readonly string[] | undefined;
  #askedAt: number | undefined;
  #giveUp: (reason: Error) => void = () => undefined;

  constructor(name: string, open: () => Client, log: Log) {
    this.#name = name;
    this.#open = open;
    this.#log = log;
    this.#client = this.#connect();
    this.#watchdog = setInterval(() => this.#watch(), BLOCK_MS / 2);
  }

  /** Counts connections made: what was known of the server holds only while it stays the same. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * By what CLIENT KILL finds this connection on the server and on no other one, where its number may
   * be somebody else's; `undefined` while it is not known.
   */
  get identity(): readonly string[] | undefined {
    return this.#identity;
  }

  /** Sends one read at a time. What a given-up read brings later is never seen. */
  async ask<T>(send: (client: Client) => Promise<T>): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    this.#giveUp = reject;
    this.#askedAt = performance.now();
    try {
      // Before the first read of a connection: behind a blocking one the answer would wait as well.
      this.#identity ??= identityIn(await Promise.race([this.#client.client("INFO"), givenUp]));
      return await Promise.race([send(this.#client), givenUp]);
    } finally {
      this.#askedAt = undefined;
    }
  }

  /** Closes at once; a read under way rejects. */
  stop(): void {
    clearInterval(this.#watchdog);
    this.#giveUp(new Error("The connection was stopped."));
    closeClient(this.#client);
  }

  #connect(): Client {
    const client = this.#open();
    client.on("ready", () => {
      this.#generation += 1;
      this.#identity = undefined;
    });
    return client;
  }

  #watch(): void {
    if (this.#askedAt === undefined || performance.now() - this.#askedAt < 3 * BLOCK_MS) return;
    this.#log.warn({ reader: this.#name }, "read hangs; connection rebuilt");
    closeClient(this.#client);
    this.#client = this.#connect();
    this.#giveUp(new Error("The read hung."));
  }
}

function identityIn(info: unknown): readonly string[] {
  const fields = new Map(
    textOf(info)
      .trim()
      .split(" ")
      .map(
        (pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const,
      ),
  );
  return ["id", "addr", "laddr"].flatMap((name) => [name.toUpperCase(), fields.get(name) ?? ""]);
}
