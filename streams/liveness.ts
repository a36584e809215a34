import type { Breakers } from "./breaker.ts";
import type { Client } from "./connection.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";
import type { Clock } from "./ports.ts";
import { listOf, textOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import { aliveKeyOf, breakerKeyOf, GROUP, type Keyspace, SILENT_AFTER_MS } from "./topology.ts";

/** A handler that runs for this many leases has hung: its entry is left to whoever takes it. */
const HUNG_AFTER_LEASES = 3;
/** Heartbeats per lease: two may be lost. */
const BEATS_PER_LEASE = 3;

interface Place {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
}

/** Says that `consumer` lives; holds for `SILENT_AFTER_MS`. */
export async function renewAlive(place: Place, consumer: string): Promise<void> {
  const key = aliveKeyOf(place.keyspace, place.partition, consumer);
  await place.redis.set(key, "1", "PX", SILENT_AFTER_MS);
}

/** Says which dependencies this process sees away, and since when; forgotten like a silent owner. */
export async function renewBreakers(
  deps: Place & { breakers: Breakers; clock: Clock },
): Promise<void> {
  const nowMs = deps.clock.now().getTime();
  for (const [dependency, openMs] of deps.breakers.openForMs()) {
    const key = breakerKeyOf(deps.keyspace, deps.partition, dependency);
    // Whoever saw it first keeps the word; the others keep it alive.
    await deps.redis.set(key, Math.round(nowMs - openMs), "PX", SILENT_AFTER_MS, "NX");
    await deps.redis.pexpire(key, SILENT_AFTER_MS);
  }
}

/** Which of these consumers have been silent for too long and count as dead. */
export async function silentAmong(
  place: Place,
  consumers: readonly string[],
): Promise<ReadonlySet<string>> {
  if (consumers.length === 0) return new Set();
  const keys = consumers.map((name) => aliveKeyOf(place.keyspace, place.partition, name));
  const values = await place.redis.mget(keys);
  return new Set(consumers.filter((_, index) => values[index] === null));
}

/**
 * Keeps the entries of running handlers from looking idle. A handler that has hung gets no more
 * heartbeats; one whose entry has another owner learns it by its signal.
 */
export async function beat(deps: { redis: Client; consumer: string }, lane: Lane): Promise<void> {
  const now = performance.now();
  for (const job of lane.jobs.values()) {
    if (isHung(lane, job, now)) lane.giveUp(job);
  }
  const due = [...lane.jobs.values()].filter(
    (job) => !job.hung && now - job.beatAt >= lane.spec.leaseMs / BEATS_PER_LEASE,
  );
  if (due.length === 0) return;
  const args = due.flatMap(({ id, tries }) => [id, tries, tries, 0]);
  const reply = await runScript(
    deps.redis,
    scripts.handOver,
    [lane.key],
    [GROUP, deps.consumer, deps.consumer, ...args],
  );
  const gone = new Set(listOf(reply).flatMap(listOf).map(textOf));
  for (const job of due) {
    job.beatAt = now;
    if (gone.has(job.id)) job.abort.abort(new Error("The entry has another owner."));
  }
}

function isHung(lane: Lane, job: Job, now: number): boolean {
  return !job.hung && now - job.startedAt >= HUNG_AFTER_LEASES * lane.spec.leaseMs;
}
