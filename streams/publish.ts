import { randomUUID } from "node:crypto";
import type { ChainableCommander } from "ioredis";
import { createAppender, createReplicatedAppender } from "./append.ts";
import type { Producer } from "./connection.ts";
import { canonicalJson } from "./entry.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { partitionOf } from "./hash.ts";
import type { EntryOf, EventEntry } from "./messages.ts";
import { runScript, scripts } from "./scripts.ts";
import {
  type DelayableStream,
  EVENTS_MAX_LENGTH,
  type Keyspace,
  keyOf,
  STREAM_FULL_AT,
} from "./topology.ts";

/** One entry for one stream. The partition follows from the entry's organization. */
export type Append = {
  [Name in Exclude<keyof EntryOf, "dead">]: { stream: Name; entry: EntryOf[Name] };
}[Exclude<keyof EntryOf, "dead">];

/** A wake-up for later: the entry enters its stream once `atMs` (epoch, wall clock) is past. */
export interface Wakeup {
  append: Extract<Append, { stream: DelayableStream }>;
  atMs: number;
  /** What wins when the same entry is already waiting. */
  keep: "earliest" | "latest";
}

/**
 * The way into the streams. Each call is one command or pipeline per partition, is answered within the
 * producer's command deadline, and rejects with `QueueUnavailableError` unless all was taken. After
 * a rejection any part may have been taken: repeating must be harmless, and is for all our handlers.
 */
export interface Publish {
  append(batch: readonly Append[]): Promise<void>;
  schedule(wakeups: readonly Wakeup[]): Promise<void>;
  events(events: readonly EventEntry[]): Promise<void>;
}

/** A publisher; with `waitReplicas`, `append` resolves only when so many replicas have it too. */
export function createPublisher(deps: {
  redis: Producer;
  keyspace: Keyspace;
  waitReplicas?: number;
  fullAt?: number;
}): Publish {
  const { redis, keyspace, waitReplicas = 0, fullAt = STREAM_FULL_AT } = deps;
  const appendTo =
    waitReplicas > 0
      ? createReplicatedAppender({ redis, fullAt, replicas: waitReplicas })
      : createAppender(redis, fullAt);

  return {
    append: (batch) =>
      perPartition(
        keyspace,
        batch,
        ({ entry }) => entry.organizationId,
        (partition, appends) => {
          const key = (stream: Append["stream"]) => keyOf(keyspace, partition, stream);
          return appendTo(
            partition,
            appends.map(({ stream, entry }) => ({ key: key(stream), json: JSON.stringify(entry) })),
          );
        },
      ),
    schedule: (wakeups) =>
      perPartition(
        keyspace,
        wakeups,
        ({ append }) => append.entry.organizationId,
        async (partition, group) => {
          const pipeline = redis.of(partition).pipeline();
          const key = keyOf(keyspace, partition, "delayed");
          for (const { append, atMs, keep } of group) {
            const member = `${append.stream}\n${canonicalJson(append.entry)}`;
            pipeline.call("ZADD", key, keep === "latest" ? "GT" : "LT", Math.ceil(atMs), member);
          }
          await execute(pipeline, group.length);
        },
      ),
    events: (events) =>
      perPartition(
        keyspace,
        events,
        ({ organizationId }) => organizationId,
        async (partition, group) => {
          const keys = [keyOf(keyspace, partition, "events"), keyOf(keyspace, partition, "epoch")];
          const bodies = group.map((event) => JSON.stringify(event));
          await runScript(redis.of(partition), scripts.publishEvents, keys, [
            randomUUID(),
            EVENTS_MAX_LENGTH,
            ...bodies,
          ]).catch((error: unknown) => {
            throw new QueueUnavailableError(`Events not published: ${messageOf(error)}`, error);
          });
        },
      ),
  };
}

/** Groups by partition, because on a cluster each lives on its own node. */
async function perPartition<T>(
  { partitions }: Keyspace,
  items: readonly T[],
  organizationOf: (item: T) => string | null,
  send: (partition: number, items: readonly T[]) => Promise<void>,
): Promise<void> {
  if (items.length === 0) return;
  if (partitions === 1) return await send(0, items);
  const groups = Map.groupBy(items, (item) => {
    const organizationId = organizationOf(item);
    return organizationId === null ? 0 : partitionOf(organizationId, partitions);
  });
  await Promise.all([...groups].map(([partition, group]) => send(partition, group)));
}

/** ioredis resolves a pipeline whose elements failed, so each element is looked at. */
async function execute(pipeline: ChainableCommander, expected: number): Promise<void> {
  const results = await pipeline.exec().catch((error: unknown) => {
    throw new QueueUnavailableError(`Redis refused the batch: ${messageOf(error)}`, error);
  });
  const failure = results?.find(([error]) => error !== null)?.[0];
  if (failure || results?.length !== expected) {
    const reason = failure ? messageOf(failure) : "answers are missing";
    throw new QueueUnavailableError(`Redis did not take the whole batch: ${reason}`, failure);
  }
}
