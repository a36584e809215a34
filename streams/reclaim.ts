import type { Client } from "./connection.ts";
import type { Groups } from "./groups.ts";
import type { Lane } from "./lane.ts";
import { silentAmong } from "./liveness.ts";
import type { Observe, TakenFrom } from "./observe.ts";
import type { Log } from "./ports.ts";
import { entriesOf, listOf, ownersOf, type PendingRow, pendingRowsOf } from "./reply.ts";
import { backoffMs, triesAfter } from "./retry.ts";
import { runScript, scripts } from "./scripts.ts";
import { GROUP, type Keyspace, RETRY_CONSUMER } from "./topology.ts";

const PAGE = 100;
/** Pages looked at per stream, owner and turn; the next turn goes on where this one ended. */
const MAX_PAGES = 10;
const LEASE_CHECK_EVERY_MS = 5_000;
/** Ours but unknown for this long: the reply that brought it was lost, it is not on its way. */
const LOST_REPLY_AFTER_MS = 1_000;
/** From this try on, entries of dead owners are taken one at a time: one of them may be the killer. */
const SUSPECT_FROM_TRIES = 3;

export interface ReclaimerDeps {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
  consumer: string;
  lanes: readonly Lane[];
  groups: Groups;
  log: Log;
  observe: Observe;
}

interface Candidate {
  readonly row: PendingRow;
  readonly from: TakenFrom;
  readonly minIdleMs: number;
  readonly triesToSet: number;
}

/**
 * Takes pending entries that nobody works on: due in `~retry`; of owners that died; of handlers that
 * hung; and ours that we never saw, because the reply was lost. The last cost no try.
 */
export class Reclaimer {
  readonly #deps: ReclaimerDeps;
  readonly #resumeAfter = new Map<string, string>();
  #leasesCheckedAt = performance.now();

  constructor(deps: ReclaimerDeps) {
    this.#deps = deps;
  }

  /** One round over all streams. Rejects when Redis does not answer. */
  async turn(): Promise<void> {
    try {
      await this.#turn();
    } catch (error) {
      if (!(await this.#deps.groups.heal(error))) throw error;
    }
  }

  async #turn(): Promise<void> {
    const lanes = this.#deps.lanes.filter((lane) => !lane.paused && lane.slots.takeable > 0);
    if (lanes.length === 0) return;
    const owners = await this.#ownersOf(lanes);
    const others = new Set(owners.flatMap((owned) => [...owned.keys()]));
    others.delete(this.#deps.consumer);
    others.delete(RETRY_CONSUMER);
    const silent = await silentAmong(this.#deps, [...others]);
    const checksLeases = performance.now() - this.#leasesCheckedAt >= LEASE_CHECK_EVERY_MS;
    if (checksLeases) this.#leasesCheckedAt = performance.now();
    for (const [index, lane] of lanes.entries()) {
      await this.#reclaim(lane, owners[index] ?? new Map(), silent, checksLeases);
    }
  }

  async #ownersOf(lanes: readonly Lane[]): Promise<ReadonlyMap<string, number>[]> {
    const pipeline = this.#deps.redis.pipeline();
    for (const lane of lanes) pipeline.xpending(lane.key, GROUP);
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, reply]) => {
      if (error) throw error;
      return ownersOf(reply);
    });
  }

  async #reclaim(
    lane: Lane,
    owners: ReadonlyMap<string, number>,
    silent: ReadonlySet<string>,
    checksLeases: boolean,
  ): Promise<void> {
    const owned = owners.get(this.#deps.consumer) ?? 0;
    // The count finds a lost reply soon; looking also when it fits finds one that a zombie hides.
    if (owned > lane.jobs.size || (owned > 0 && checksLeases)) {
      await this.#take(lane, await this.#lostReplies(lane));
    }
    for (const owner of owners.keys()) {
      if (owner === RETRY_CONSUMER) await this.#take(lane, await this.#dueRetries(lane));
      else if (silent.has(owner)) await this.#take(lane, await this.#orphans(lane, owner));
      else if (checksLeases) await this.#take(lane, await this.#hung(lane, owner));
    }
  }

  #lostReplies(lane: Lane): Promise<Candidate[]> {
    return this.#collect(lane, this.#deps.consumer, (row) => {
      if (row.idleMs < LOST_REPLY_AFTER_MS || lane.jobs.has(row.id)) return;
      const triesToSet = triesAfter("interrupted", row.tries);
      return { row, from: "lost-reply", minIdleMs: LOST_REPLY_AFTER_MS, triesToSet };
    });
  }

  #dueRetries(lane: Lane): Promise<Candidate[]> {
    return this.#collect(lane, RETRY_CONSUMER, (row) => {
      const minIdleMs = backoffMs(row.tries, row.id);
      if (row.idleMs < minIdleMs) return;
      return { row, from: "retry", minIdleMs, triesToSet: triesAfter("transient", row.tries) };
    });
  }

  #orphans(lane: Lane, owner: string): Promise<Candidate[]> {
    let suspects = [...lane.jobs.values()].filter((job) => job.suspect).length;
    return this.#collect(lane, owner, (row) => {
      const triesToSet = triesAfter("crashed", row.tries);
      if (triesToSet >= SUSPECT_FROM_TRIES) {
        if (suspects > 0) return;
        suspects += 1;
      }
      return { row, from: "dead-owner", minIdleMs: 0, triesToSet };
    });
  }

  /** Of a living owner, or of ourselves: its heartbeat has stopped for a whole lease. */
  #hung(lane: Lane, owner: string): Promise<Candidate[]> {
    const minIdleMs = lane.spec.leaseMs;
    return this.#collect(lane, owner, (row) => {
      if (row.idleMs < minIdleMs) return;
      if (owner === this.#deps.consumer && lane.jobs.get(row.id)?.hung !== true) return;
      return { row, from: "hung-handler", minIdleMs, triesToSet: triesAfter("crashed", row.tries) };
    });
  }

  /** Pages through an owner's entries, by id, until the free slots are spoken for. */
  async #collect(
    lane: Lane,
    owner: string,
    choose: (row: PendingRow) => Candidate | undefined,
  ): Promise<Candidate[]> {
    const cursorKey = `${lane.stream}/${owner}`;
    let after = this.#resumeAfter.get(cursorKey);
    const found: Candidate[] = [];
    for (let page = 0; page < MAX_PAGES && found.length < lane.slots.takeable; page += 1) {
      const start = after === undefined ? "-" : `(${after}`;
      const reply = await this.#deps.redis.xpending(lane.key, GROUP, start, "+", PAGE, owner);
      const rows = pendingRowsOf(reply);
      found.push(...rows.flatMap((row) => choose(row) ?? []));
      after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
      if (after === undefined) break;
    }
    if (after === undefined || found.length >= lane.slots.takeable) {
      this.#resumeAfter.delete(cursorKey);
    } else {
      this.#resumeAfter.set(cursorKey, after);
    }
    return found.slice(0, lane.slots.takeable);
  }

  async #take(lane: Lane, candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length === 0) return;
    const { redis, consumer, log, observe } = this.#deps;
    const byId = new Map(candidates.map((candidate) => [candidate.row.id, candidate]));
    const args = candidates.flatMap(({ row, minIdleMs, triesToSet }) => [
      row.id,
      row.owner,
      row.tries,
      minIdleMs,
      triesToSet,
    ]);
    let free = candidates.length;
    lane.slots.reserve(free);
    try {
      const reply = await runScript(redis, scripts.take, [lane.key], [GROUP, consumer, ...args]);
      const [taken, vanished] = listOf(reply);
      const arrivals = entriesOf(taken).flatMap((entry) => {
        const candidate = byId.get(entry.id);
        if (!candidate) return [];
        const { from, triesToSet: tries } = candidate;
        observe.reclaimed(lane.stream, from);
        return [{ ...entry, tries, suspect: from === "dead-owner" && tries >= SUSPECT_FROM_TRIES }];
      });
      free -= arrivals.length;
      lane.accept(arrivals, "alone");
      const lost = listOf(vanished).length;
      if (lost === 0) return;
      log.error({ stream: lane.stream, entries: lost }, "entries were deleted while pending");
      observe.lostPayload(lane.stream, lost);
    } finally {
      lane.slots.release(free);
    }
  }
}
