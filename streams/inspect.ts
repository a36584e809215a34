import type { Client, Producer } from "./connection.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { listOf, numberOf, textOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import { readTally, type Tallied, talliedThings } from "./tally.ts";
import {
  breakerKeyOf,
  dependencies,
  GROUP,
  type Keyspace,
  keyOf,
  partitionsOf,
  RETRY_CONSUMER,
  STREAM_FULL_AT,
  type StreamName,
  streamNames,
} from "./topology.ts";

/** Pending entries looked at one by one in each stream and partition, the oldest first. */
const LOOK_AT = 500;

/** Pending entries by age since they were appended. */
export interface ByAge {
  readonly under1s: number;
  readonly under10s: number;
  readonly under60s: number;
  readonly older: number;
}

/** Pending entries by how often they were delivered; waiting ones by the tries they have spent. */
export interface ByTries {
  readonly once: number;
  readonly twice: number;
  readonly threeOrFour: number;
  readonly more: number;
}

export interface StreamDepth {
  readonly stream: StreamName;
  readonly partition: number;
  /** Not delivered yet; `null` when Redis cannot tell. */
  readonly lag: number | null;
  /** Delivered and not settled: running, waiting for their next try, or orphaned. */
  readonly pending: number;
  /** Those of the pending that wait for their next try. */
  readonly waiting: number;
  /** `lag + pending`; with an unknown lag, the pending alone. */
  readonly depth: number;
  /** Age of the oldest entry that is not settled, by Redis's clock; 0 when there is none. */
  readonly oldestAgeMs: number;
  /** With what is settled and not trimmed yet. */
  readonly length: number;
  /** From this length on it takes no more. */
  readonly fullAt: number;
  /** So many of the pending, the oldest, are in the two lists below. */
  readonly looked: number;
  readonly pendingByAge: ByAge;
  readonly pendingByTries: ByTries;
  /** By all processes, in the last minute or so. */
  readonly perMinute: Readonly<Record<Tallied, number>>;
}

export interface DelayedDepth {
  readonly partition: number;
  readonly count: number;
  /** How long ago the earliest wake-up was due; 0 when none is. */
  readonly overdueMs: number;
}

export interface OpenBreaker {
  readonly dependency: string;
  readonly openForMs: number;
}

export interface QueueDepths {
  readonly streams: readonly StreamDepth[];
  readonly delayed: readonly DelayedDepth[];
  /** Dependencies that some process sees away, each with the longest it has been so. */
  readonly breakers: readonly OpenBreaker[];
}

interface PartitionState {
  streams: StreamDepth[];
  delayed: DelayedDepth;
  breakers: OpenBreaker[];
}

/**
 * What waits where. A few commands per partition that walk no backlog: cheap enough for every scrape.
 * @throws QueueUnavailableError when Redis does not answer.
 */
export async function inspectQueue(deps: {
  redis: Producer;
  keyspace: Keyspace;
}): Promise<QueueDepths> {
  const { redis, keyspace } = deps;
  const found = await Promise.all(
    partitionsOf(keyspace).map((partition) =>
      inspectPartition({ redis: redis.of(partition), keyspace, partition }).catch(
        (error: unknown) => {
          throw new QueueUnavailableError(`Depths not read: ${messageOf(error)}`, error);
        },
      ),
    ),
  );
  const byName = Map.groupBy(
    found.flatMap(({ breakers }) => breakers),
    ({ dependency }) => dependency,
  );
  return {
    streams: found.flatMap(({ streams }) => streams),
    delayed: found.map(({ delayed }) => delayed),
    breakers: [...byName].map(([dependency, seen]) => ({
      dependency,
      openForMs: Math.max(...seen.map(({ openForMs }) => openForMs)),
    })),
  };
}

async function inspectPartition(place: {
  redis: Client;
  keyspace: Keyspace;
  partition: number;
}): Promise<PartitionState> {
  const { redis, keyspace, partition } = place;
  const [seconds = 0, microseconds = 0] = await redis.time();
  const nowMs = seconds * 1000 + Math.floor(microseconds / 1000);
  const keys = (["delayed", ...streamNames] as const).map((name) =>
    keyOf(keyspace, partition, name),
  );
  const [reply, tallied, openSince] = await Promise.all([
    runScript(redis, scripts.inspect, keys, [GROUP, RETRY_CONSUMER, nowMs, LOOK_AT]),
    readTally(place, nowMs),
    redis.mget(dependencies.map((name) => breakerKeyOf(keyspace, partition, name))),
  ]);
  const [count, dueAt, ...rows] = listOf(reply);
  const perMinute = (stream: StreamName) => ({
    ...{ done: 0, retried: 0, reclaimed: 0, buried: 0 },
    ...Object.fromEntries(talliedThings.map((what) => [what, tallied(stream, what)])),
  });
  return {
    streams: streamNames.map((stream, index) => ({
      ...{ stream, partition, perMinute: perMinute(stream) },
      ...depthOf(rows[index], nowMs),
    })),
    delayed: {
      partition,
      count: numberOf(count) ?? 0,
      overdueMs: Math.max(0, nowMs - (numberOf(dueAt) ?? nowMs)),
    },
    breakers: dependencies.flatMap((dependency, index) => {
      const sinceMs = numberOf(openSince[index]);
      return sinceMs === null ? [] : [{ dependency, openForMs: Math.max(0, nowMs - sinceMs) }];
    }),
  };
}

function depthOf(row: unknown, nowMs: number) {
  const [unread, pendingCount, waitingCount, lowestPending, firstUnread, ...counts] = listOf(row);
  const unreadCount = numberOf(unread) ?? -1;
  const pending = numberOf(pendingCount) ?? 0;
  const bornAt = [lowestPending, firstUnread]
    .map((id) => Number.parseInt(textOf(id), 10))
    .filter((ms) => !Number.isNaN(ms));
  const numbers = counts.map((count) => numberOf(count) ?? 0);
  const [length = 0, looked = 0, under1s = 0, under10s = 0, under60s = 0, older = 0] = numbers;
  const [once = 0, twice = 0, threeOrFour = 0, more = 0] = numbers.slice(6);
  return {
    lag: unreadCount < 0 ? null : unreadCount,
    pending,
    waiting: numberOf(waitingCount) ?? 0,
    depth: Math.max(0, unreadCount) + pending,
    oldestAgeMs: bornAt.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...bornAt)),
    length,
    fullAt: STREAM_FULL_AT,
    looked,
    pendingByAge: { under1s, under10s, under60s, older },
    pendingByTries: { once, twice, threeOrFour, more },
  };
}
