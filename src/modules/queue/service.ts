import type { OpenBreaker, QueueDepths, StreamDepth } from "../../../streams/inspect.ts";
import type { Db } from "../../db/client.ts";
import { openNumbers } from "../../db/queries/open-numbers.ts";
import { utc } from "../../db/queries/public-state.ts";
import { countWaitingLetters } from "../../db/queries/waiting-letters.ts";
import { countLivingWorkers } from "../../db/queries/workers.ts";
import type { Queue } from "./model.ts";

export interface QueueDeps {
  db: Db;
  /** Fails with `queue_unavailable`. */
  inspect(): Promise<QueueDepths>;
}

/** What waits where, summed over partitions, what was given up for good, and what is wrong. */
export async function readQueue({ db, inspect }: QueueDeps): Promise<Queue> {
  const [{ streams, delayed, breakers }, dead, workers, numbers, alerts] = await Promise.all([
    inspect(),
    countWaitingLetters(db),
    countLivingWorkers(db),
    openNumbers(db),
    readAlerts(db),
  ]);
  const byName = Map.groupBy(streams, ({ stream }) => stream);
  return {
    streams: [...byName].map(([stream, parts]) => ({
      stream,
      ...sum(parts),
      dead: dead.get(stream) ?? 0,
      partitions: parts.map(({ partition, depth, lag, pending, oldestAgeMs }) => ({
        ...{ partition, depth, lag, pending, oldestAgeMs },
      })),
    })),
    delayed: {
      count: total(delayed.map(({ count }) => count)),
      overdueMs: Math.max(0, ...delayed.map(({ overdueMs }) => overdueMs)),
    },
    workers,
    breakers: openOnes(breakers, numbers),
    alerts,
  };
}

function readAlerts(db: Db): Promise<Queue["alerts"]> {
  return db.rows<Queue["alerts"][number]>`
    select id as alert_id, rule, nullif(stream, '') as stream, 'raised' as state, value, threshold,
      ${db.fragment(utc("raised_at"))} as since, text
    from queue_alerts where cleared_at is null order by raised_at desc, rule, stream`;
}

function openOnes(
  breakers: readonly OpenBreaker[],
  { count, longestOpenMs }: { count: number; longestOpenMs: number },
): Queue["breakers"] {
  const numbers = { dependency: "whatsapp_numbers", count, openForMs: longestOpenMs };
  return [...breakers.map((one) => ({ ...one, count: 1 })), ...(count > 0 ? [numbers] : [])];
}

function sum(parts: readonly StreamDepth[]) {
  const lags = parts.map(({ lag }) => lag).filter((lag) => lag !== null);
  const waiting = total(parts.map((part) => part.waiting));
  return {
    depth: total(parts.map(({ depth }) => depth)),
    lag: lags.length === parts.length ? total(lags) : null,
    running: total(parts.map(({ pending }) => pending)) - waiting,
    waiting,
    oldestAgeMs: Math.max(0, ...parts.map(({ oldestAgeMs }) => oldestAgeMs)),
    length: total(parts.map(({ length }) => length)),
    fullness: Math.max(0, ...parts.map(({ length, fullAt }) => length / fullAt)),
    looked: total(parts.map(({ looked }) => looked)),
    byAge: fieldSums(parts.map(({ pendingByAge }) => pendingByAge)),
    byTries: fieldSums(parts.map(({ pendingByTries }) => pendingByTries)),
    perMinute: fieldSums(parts.map(({ perMinute }) => perMinute)),
  };
}

/** Holds because every part has the same fields, all numbers. */
function fieldSums<Counts extends Readonly<Record<keyof Counts, number>>>(
  parts: readonly Counts[],
): Record<keyof Counts, number> {
  const [first, ...rest] = parts;
  const names = Object.keys(first ?? {}) as (keyof Counts)[];
  const sums = { ...first } as Record<keyof Counts, number>;
  for (const part of rest) for (const name of names) sums[name] += part[name];
  return sums;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
