import type { Client } from "./connection.ts";
import type { Observe } from "./observe.ts";
import { numberOf, textOf } from "./reply.ts";
import { type Keyspace, keyOf, type StreamName } from "./topology.ts";

/** Reclaimed: taken from an owner that died, hung or never saw it; not what was due for a retry. */
export const talliedThings = ["done", "retried", "reclaimed", "buried"] as const;
export type Tallied = (typeof talliedThings)[number];

const MINUTE_MS = 60_000;
/** A minute's counts are looked at during the next one, and then forgotten. */
const KEPT_SECONDS = 300;

interface Place {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
}

/** How many entries, per stream, one partition has seen in that minute of the wall clock. */
function tallyKeyOf({ keyspace, partition }: Place, minute: number): string {
  return `${keyOf(keyspace, partition, "tally")}:${minute}`;
}

/**
 * Counts what all processes do in one partition, for rates. Gathered here and written once a second, so
 * that nothing is dearer for it; a process that is killed takes its last second along.
 */
export class Tally {
  #counts = new Map<string, number>();

  /** The same observer, counting. */
  watch(observe: Observe): Observe {
    return {
      ...observe,
      processed: (stream, outcome, durationMs) => {
        if (outcome !== "waiting" && outcome !== "lost") this.#add(stream, outcome);
        observe.processed(stream, outcome, durationMs);
      },
      reclaimed: (stream, from) => {
        if (from !== "retry") this.#add(stream, "reclaimed");
        observe.reclaimed(stream, from);
      },
    };
  }

  #add(stream: StreamName, what: Tallied, count = 1): void {
    const field = `${stream}/${what}`;
    this.#counts.set(field, (this.#counts.get(field) ?? 0) + count);
  }

  /** Writes what was counted since. Rejects when Redis does not answer; it may be counted then or not. */
  async flush(place: Place, nowMs: number): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    const key = tallyKeyOf(place, Math.floor(nowMs / MINUTE_MS));
    const pipeline = place.redis.pipeline();
    for (const [field, count] of counts) pipeline.hincrby(key, field, count);
    pipeline.expire(key, KEPT_SECONDS);
    await pipeline.exec();
  }
}

/** Per stream and thing (`<stream>/<thing>`), how many in the last minute or so. */
export async function readTally(
  place: Place,
  nowMs: number,
): Promise<(stream: StreamName, what: Tallied) => number> {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const [current, last] = await Promise.all([
    place.redis.hgetall(tallyKeyOf(place, minute)),
    place.redis.hgetall(tallyKeyOf(place, minute - 1)),
  ]);
  /** What of the last minute still lies within sixty seconds, if its counts came evenly. */
  const share = 1 - (nowMs % MINUTE_MS) / MINUTE_MS;
  const countIn = (counts: Record<string, unknown>, field: string) =>
    numberOf(textOf(counts[field])) ?? 0;
  return (stream, what) => {
    const field = `${stream}/${what}`;
    return Math.round(countIn(current, field) + share * countIn(last, field));
  };
}
