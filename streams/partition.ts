import { Bell } from "./bell.ts";
import { openReader } from "./connection.ts";
import { moveDue } from "./delay.ts";
import { Groups } from "./groups.ts";
import { type Lane, type LaneDeps, openLane } from "./lane.ts";
import { beat, renewAlive, renewBreakers } from "./liveness.ts";
import type { Handlers } from "./messages.ts";
import { Reader } from "./reader.ts";
import { Reclaimer } from "./reclaim.ts";
import { type Repeating, repeat } from "./repeat.ts";
import { listOf, pendingRowsOf } from "./reply.ts";
import { DUE_NOW_IDLE_MS } from "./retry.ts";
import { runScript, scripts } from "./scripts.ts";
import { Tally } from "./tally.ts";
import {
  ALIVE_EVERY_MS,
  aliveKeyOf,
  BLOCK_MS,
  GROUP,
  RETRY_CONSUMER,
  type StreamName,
  type StreamSpec,
  streamNames,
} from "./topology.ts";
import { dropConsumer, dropDeadConsumers, trimPartition } from "./trim.ts";

const RECLAIM_EVERY_MS = 500;
const MOVE_EVERY_MS = 100;
const TRIM_EVERY_MS = 10_000;
const TALLY_EVERY_MS = 1_000;
/** How long a handler that is called off may take to end. */
const CALLED_OFF_WITHIN_MS = 2_000;

const HAND_BACK_PAGE = 500;

/** A loop silent for this long will not come back by itself; every command in it has a deadline. */
const STUCK_AFTER_MS = 15 * BLOCK_MS;

export interface PartitionDeps extends Omit<LaneDeps, "groups" | "onChange" | "partition"> {
  url: string;
  handlers: Handlers;
  specs: Readonly<Record<StreamName, StreamSpec>>;
  onStreamsLost(): void;
}

/** One partition as this process serves it: its lanes, its two readers and its duties. */
export class PartitionRuntime {
  readonly #deps: LaneDeps & PartitionDeps;
  readonly #lanes: readonly Lane[];
  readonly #groups: Groups;
  readonly #changed = new Bell();
  readonly #reclaimer: Reclaimer;
  readonly #tally = new Tally();
  #readers: readonly { name: string; reader: Reader }[] = [];
  /** End when taking ends; heartbeats go on until the last handler is done. */
  #duties: readonly { name: string; duty: Repeating }[] = [];
  #heartbeats: readonly { name: string; duty: Repeating }[] = [];

  constructor(deps: PartitionDeps, partition: number) {
    this.#groups = new Groups({ ...deps, onLost: deps.onStreamsLost }, partition);
    const onChange = () => this.#changed.ring();
    const observe = this.#tally.watch(deps.observe);
    this.#deps = { ...deps, observe, partition, groups: this.#groups, onChange };
    this.#lanes = streamNames.flatMap((name) => lanesFor(this.#deps, name));
    this.#reclaimer = new Reclaimer({ ...this.#deps, lanes: this.#lanes });
  }

  /** Begins to take work. Rejects when Redis does not answer. */
  async start(): Promise<void> {
    const { consumer, partition, log, redis } = this.#deps;
    await this.#groups.ensure();
    await renewAlive(this.#deps, consumer);
    this.#readers = (["data", "work"] as const).flatMap((kind) => {
      const lanes = this.#lanes.filter((lane) => lane.spec.reader === kind);
      if (lanes.length === 0) return [];
      const name = `${kind}/${partition}`;
      const open = () => openReader(this.#deps, partition);
      const kill = (identity: readonly string[]) => redis.call("CLIENT", "KILL", ...identity);
      const state = { groups: this.#groups, changed: this.#changed };
      return [{ name, reader: new Reader({ name, open, kill, consumer, lanes, log, ...state }) }];
    });
    this.#heartbeats = [
      this.#duty("alive", ALIVE_EVERY_MS, async () => {
        await renewAlive(this.#deps, consumer);
        await renewBreakers(this.#deps);
      }),
      this.#duty("tally", TALLY_EVERY_MS, () => this.#writeTally()),
      this.#duty("beat", ALIVE_EVERY_MS, () => this.#beat()),
    ];
    this.#duties = [
      this.#duty("reclaim", RECLAIM_EVERY_MS, () => this.#reclaimer.turn()),
      this.#duty("delayed", MOVE_EVERY_MS, () => moveDue(this.#deps)),
      this.#duty("trim", TRIM_EVERY_MS, () => this.#tidy()),
    ];
  }

  /** A dependency came back or went: look again now, at new work and at what waited, and tell it. */
  wake(): void {
    this.#changed.ring();
    const duties = [...this.#duties, ...this.#heartbeats];
    for (const { name, duty } of duties) if (/^(reclaim|alive)/.test(name)) duty.poke();
  }

  /** Takes nothing new any more. */
  async stopTaking(): Promise<void> {
    await Promise.all([
      ...this.#readers.map(({ reader }) => reader.stop()),
      ...this.#duties.map(({ duty }) => duty.stop()),
    ]);
  }

  /** Resolves when nothing is in hand, or when `deadlineAt` (`performance.now()` time) is past. */
  async idle(deadlineAt: number): Promise<void> {
    while (this.#lanes.some((lane) => lane.jobs.size > 0)) {
      const leftMs = deadlineAt - performance.now();
      if (leftMs <= 0) return;
      await this.#changed.wait(leftMs);
    }
  }

  /**
   * Leaves: calls off what still runs, and gives back whatever is still ours, due at once and with no try
   * spent. Says how many.
   */
  async leave(): Promise<number> {
    await Promise.all(this.#heartbeats.map(({ duty }) => duty.stop()));
    for (const lane of this.#lanes) {
      lane.stop();
      for (const job of lane.jobs.values()) job.abort.abort(new Error("Shutting down."));
    }
    // They write down that they were called off: that needs the database, which is closed next.
    await this.idle(performance.now() + CALLED_OFF_WITHIN_MS);
    const counts = await Promise.all(this.#lanes.map((lane) => this.#giveBack(lane)));
    const { redis, keyspace, partition, consumer } = this.#deps;
    await this.#writeTally();
    await redis.del(aliveKeyOf(keyspace, partition, consumer));
    for (const lane of this.#lanes) await dropConsumer(this.#deps, lane.key, consumer);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Why only a restart would help; `null` while all is well. */
  stuck(): string | null {
    const silent = [
      ...this.#readers.map(({ name, reader }) => ({
        name: `reader ${name}`,
        ms: reader.silentMs(),
      })),
      ...[...this.#duties, ...this.#heartbeats].map(({ name, duty }) => ({
        name: `duty ${name}`,
        ms: duty.silentMs(),
      })),
    ].find(({ ms }) => ms > STUCK_AFTER_MS);
    if (silent) return `The ${silent.name} has been silent for ${Math.round(silent.ms / 1000)} s.`;
    const blocked = this.#lanes.find((lane) => lane.hungHandlers * 2 >= lane.slots.total);
    return blocked ? `Half the handlers of "${blocked.stream}" have hung.` : null;
  }

  #duty(name: string, everyMs: number, turn: () => Promise<void>) {
    const full = `${name}/${this.#deps.partition}`;
    return { name: full, duty: repeat(full, everyMs, this.#deps.log, turn) };
  }

  async #writeTally(): Promise<void> {
    await this.#tally.flush(this.#deps, this.#deps.clock.now().getTime());
  }

  async #beat(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => beat(this.#deps, lane)));
  }

  async #tidy(): Promise<void> {
    await trimPartition(this.#deps);
    await dropDeadConsumers(this.#deps);
  }

  async #giveBack(lane: Lane): Promise<number> {
    const { redis, consumer } = this.#deps;
    let count = 0;
    for (;;) {
      const reply = await redis.xpending(lane.key, GROUP, "-", "+", HAND_BACK_PAGE, consumer);
      const rows = pendingRowsOf(reply);
      if (rows.length === 0) return count;
      const args = rows.flatMap(({ id, tries }) => [
        id,
        tries,
        Math.max(0, tries - 1),
        DUE_NOW_IDLE_MS,
      ]);
      const all = [GROUP, consumer, RETRY_CONSUMER, ...args];
      const moved = await runScript(redis, scripts.handOver, [lane.key], all);
      count += rows.length - listOf(moved).flatMap(listOf).length;
    }
  }
}

function lanesFor(deps: LaneDeps & PartitionDeps, name: StreamName): Lane[] {
  return openIfHandled(deps, name, deps.handlers, deps.specs[name]);
}

/** Generic, so that a stream's name, entries and handler are known to belong together. */
function openIfHandled<Name extends StreamName>(
  deps: LaneDeps,
  name: Name,
  handlers: Handlers,
  spec: StreamSpec,
): Lane[] {
  const handler = handlers[name];
  return handler ? [openLane(deps, name, spec, handler)] : [];
}
