import { Bell } from "./bell.ts";
import type { Client } from "./connection.ts";
import { messageOf } from "./errors.ts";
import type { Groups } from "./groups.ts";
import type { Log } from "./ports.ts";
import { listOf, textOf } from "./reply.ts";
import { DUE_NOW_IDLE_MS } from "./retry.ts";
import { runScript, scripts } from "./scripts.ts";
import { GROUP, RETRY_CONSUMER } from "./topology.ts";

const BATCH = 500;
const RETRY_PAUSE_MS = 250;

/** A delivery as Redis counts it: whoever holds another (owner, tries) pair may not settle it. */
export interface Held {
  readonly id: string;
  readonly tries: number;
}

/**
 * settled: done as asked. missed: somebody else owns the entry now. vanished: its bytes were deleted.
 * abandoned: we stopped before Redis confirmed; a later owner decides.
 */
export type Settled = "settled" | "missed" | "vanished" | "abandoned";

type Settlement =
  | { kind: "acknowledge" }
  | { kind: "handOver"; triesToSet: number; idleMs: number }
  | { kind: "bury"; about: string };

interface Waiting {
  readonly held: Held;
  readonly settlement: Settlement;
  resolve(settled: Settled): void;
}

export interface SettlerDeps {
  redis: Client;
  log: Log;
  groups: Groups;
  consumer: string;
  streamKey: string;
  deadKey: string;
}

/**
 * The only caller of the settling scripts, for one stream of one partition. Settlements gather while
 * one round trip is under way and go together in the next; each is repeated until Redis confirms it.
 */
export class Settler {
  readonly #deps: SettlerDeps;
  readonly #queue: Waiting[] = [];
  readonly #stopping = new Bell();
  #draining = false;
  #stopped = false;
  #failing = false;

  constructor(deps: SettlerDeps) {
    this.#deps = deps;
  }

  acknowledge(held: Held): Promise<Settled> {
    return this.#settle(held, { kind: "acknowledge" });
  }

  /** To `~retry`; the reclaimer takes it when its backoff is over. */
  retry(held: Held): Promise<Settled> {
    return this.#settle(held, { kind: "handOver", triesToSet: held.tries, idleMs: 0 });
  }

  /** To `~retry`, due at once, as if this delivery had not been. */
  giveBack(held: Held): Promise<Settled> {
    const triesToSet = Math.max(0, held.tries - 1);
    return this.#settle(held, { kind: "handOver", triesToSet, idleMs: DUE_NOW_IDLE_MS });
  }

  /** To `dead`, with `about` as the JSON beside its bytes. */
  bury(held: Held, about: string): Promise<Settled> {
    return this.#settle(held, { kind: "bury", about });
  }

  /** Lets go of whatever is not confirmed yet. */
  stop(): void {
    this.#stopped = true;
    this.#stopping.ring();
    for (const { resolve } of this.#queue.splice(0)) resolve("abandoned");
  }

  #settle(held: Held, settlement: Settlement): Promise<Settled> {
    if (this.#stopped) return Promise.resolve("abandoned");
    const { promise, resolve } = Promise.withResolvers<Settled>();
    this.#queue.push({ held, settlement, resolve });
    if (!this.#draining) {
      this.#draining = true;
      queueMicrotask(() => void this.#drain());
    }
    return promise;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stopped) {
      const batch = this.#queue.splice(0, BATCH);
      const sent = await Promise.all(this.#scriptsFor(batch));
      const unconfirmed = sent.flat();
      if (unconfirmed.length === 0) continue;
      this.#queue.unshift(...unconfirmed);
      if (this.#stopped) this.stop();
      else await this.#stopping.wait(RETRY_PAUSE_MS);
    }
    this.#draining = false;
  }

  #scriptsFor(batch: readonly Waiting[]): Promise<Waiting[]>[] {
    const { consumer, streamKey } = this.#deps;
    const acknowledged = batch.filter(({ settlement }) => settlement.kind === "acknowledge");
    const moved = batch.filter(({ settlement }) => settlement.kind === "handOver");
    const runs: Promise<Waiting[]>[] = [];
    if (acknowledged.length > 0) {
      const args = acknowledged.flatMap(({ held }) => [held.id, held.tries]);
      runs.push(
        this.#attempt(acknowledged, async (redis) => [
          await runScript(redis, scripts.acknowledge, [streamKey], [GROUP, consumer, ...args]),
        ]),
      );
    }
    if (moved.length > 0) {
      const args = moved.flatMap(handOverArgs);
      const all = [GROUP, consumer, RETRY_CONSUMER, ...args];
      runs.push(
        this.#attempt(moved, async (redis) =>
          listOf(await runScript(redis, scripts.handOver, [streamKey], all)),
        ),
      );
    }
    for (const burial of batch) {
      if (burial.settlement.kind === "bury") runs.push(this.#bury(burial, burial.settlement.about));
    }
    return runs;
  }

  #bury(burial: Waiting, about: string): Promise<Waiting[]> {
    const { consumer, streamKey, deadKey } = this.#deps;
    const { id, tries } = burial.held;
    return this.#attempt([burial], async (redis) => {
      const args = [GROUP, consumer, id, tries, about];
      const outcome = textOf(await runScript(redis, scripts.bury, [streamKey, deadKey], args));
      return [outcome === "missed" ? [id] : [], outcome === "vanished" ? [id] : []];
    });
  }

  /** Resolves the settlements that Redis answered, `[missed ids, vanished ids]`; returns the rest. */
  async #attempt(
    batch: readonly Waiting[],
    send: (redis: Client) => Promise<readonly unknown[]>,
  ): Promise<Waiting[]> {
    try {
      const [missed, vanished] = await send(this.#deps.redis);
      answer(batch, new Set(listOf(missed).map(textOf)), new Set(listOf(vanished).map(textOf)));
      this.#failing = false;
      return [];
    } catch (error) {
      if (await this.#deps.groups.heal(error)) {
        for (const { resolve } of batch) resolve("missed");
        return [];
      }
      if (!this.#failing) {
        const facts = { stream: this.#deps.streamKey, error: messageOf(error) };
        this.#deps.log.warn(facts, "entries not settled yet; trying until Redis confirms");
      }
      this.#failing = true;
      return [...batch];
    }
  }
}

function handOverArgs({ held, settlement }: Waiting): (string | number)[] {
  if (settlement.kind !== "handOver") return [];
  return [held.id, held.tries, settlement.triesToSet, settlement.idleMs];
}

function answer(
  batch: readonly Waiting[],
  missed: ReadonlySet<string>,
  vanished: ReadonlySet<string>,
): void {
  for (const { held, resolve } of batch) {
    if (missed.has(held.id)) resolve("missed");
    else resolve(vanished.has(held.id) ? "vanished" : "settled");
  }
}
