import type { Producer } from "./connection.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { listOf, numberOf, textOf } from "./reply.ts";
import { runScript, scripts } from "./scripts.ts";
import {
  GROUP,
  type Keyspace,
  keyOf,
  partitionsOf,
  RETRY_CONSUMER,
  type StreamName,
  streamNames,
} from "./topology.ts";

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
}

export interface DelayedDepth {
  readonly partition: number;
  readonly count: number;
  /** How long ago the earliest wake-up was due; 0 when none is. */
  readonly overdueMs: number;
}

export interface QueueDepths {
  readonly streams: readonly StreamDepth[];
  readonly delayed: readonly DelayedDepth[];
}

/**
 * What waits where. One script per partition that walks no backlog: cheap enough for every scrape.
 * @throws QueueUnavailableError when Redis does not answer.
 */
export async function inspectQueue(deps: {
  redis: Producer;
  keyspace: Keyspace;
}): Promise<QueueDepths> {
  const { redis, keyspace } = deps;
  const found = await Promise.all(
    partitionsOf(keyspace).map(async (partition) => {
      const keys = (["delayed", ...streamNames] as const).map((name) =>
        keyOf(keyspace, partition, name),
      );
      const [[seconds = 0, microseconds = 0], reply] = await Promise.all([
        redis.of(partition).time(),
        runScript(redis.of(partition), scripts.inspect, keys, [GROUP, RETRY_CONSUMER]),
      ]).catch((error: unknown) => {
        throw new QueueUnavailableError(`Depths not read: ${messageOf(error)}`, error);
      });
      const nowMs = seconds * 1000 + Math.floor(microseconds / 1000);
      const [count, dueAt, ...rows] = listOf(reply);
      return {
        streams: streamNames.map((stream, index) => depthOf(stream, partition, rows[index], nowMs)),
        delayed: {
          partition,
          count: numberOf(count) ?? 0,
          overdueMs: Math.max(0, nowMs - (numberOf(dueAt) ?? nowMs)),
        },
      };
    }),
  );
  return {
    streams: found.flatMap(({ streams }) => streams),
    delayed: found.map(({ delayed }) => delayed),
  };
}

function depthOf(stream: StreamName, partition: number, row: unknown, nowMs: number): StreamDepth {
  const [unread, pendingCount, waitingCount, lowestPending, firstUnread] = listOf(row);
  const unreadCount = numberOf(unread) ?? -1;
  const pending = numberOf(pendingCount) ?? 0;
  const bornAt = [lowestPending, firstUnread]
    .map((id) => Number.parseInt(textOf(id), 10))
    .filter((ms) => !Number.isNaN(ms));
  return {
    stream,
    partition,
    lag: unreadCount < 0 ? null : unreadCount,
    pending,
    waiting: numberOf(waitingCount) ?? 0,
    depth: Math.max(0, unreadCount) + pending,
    oldestAgeMs: bornAt.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...bornAt)),
  };
}
