import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { openProducer, type Producer } from "../../../streams/connection.ts";
import { type ConsumeOptions, type Consumers, startConsumers } from "../../../streams/consume.ts";
import type { TurnEntry, WebhookEntry } from "../../../streams/messages.ts";
import type { Outcome } from "../../../streams/observe.ts";
import type { Log } from "../../../streams/ports.ts";
import {
  GROUP,
  type KeyName,
  type Keyspace,
  keyOf,
  type StreamName,
  type StreamSpec,
  streamSpecs,
} from "../../../streams/topology.ts";

/** A log that keeps what was said. */
export function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const say = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}

/** A keyspace nobody else uses. */
export function freshKeyspace(partitions = 1): Keyspace {
  return { prefix: `t${randomUUID().slice(0, 8)}`, partitions };
}

/** A producer to a deployment that is no cluster, which alone asks for the keyspace. */
export function producerTo(url: string, log: Log = recordingLog()): Producer {
  return openProducer({ url, keyspace: freshKeyspace(), log });
}

/** One connection as a producer. */
export function producerOver(client: Redis): Producer {
  return { of: () => client, all: [client], disconnect: () => client.disconnect() };
}

/** Waits for a state, looking often; fails with `what` after `withinMs`. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 5_000,
): Promise<void> {
  const deadlineAt = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadlineAt) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await Bun.sleep(10);
  }
}

export function inboundEntry(item: unknown = {}): WebhookEntry {
  return {
    v: 1,
    organizationId: "org-1",
    integrationId: "number-1",
    receivedAt: "2026-01-01T00:00:00.000Z",
    requestId: "request-1",
    item,
  };
}

export function turnEntry(conversationId = "conversation-1"): TurnEntry {
  return { v: 1, organizationId: "org-1", conversationId, cause: "message" };
}

/** The topology with other numbers for some streams. */
export function specsWith(
  changes: Partial<Record<StreamName, Partial<StreamSpec>>>,
): Record<StreamName, StreamSpec> {
  const specs: Record<StreamName, StreamSpec> = { ...streamSpecs };
  for (const name of Object.keys(streamSpecs) as StreamName[]) {
    specs[name] = { ...specs[name], ...changes[name] };
  }
  return specs;
}

/** Adds an entry as a publisher would; resolves with its id. */
export async function add(
  redis: Redis,
  keyspace: Keyspace,
  stream: KeyName,
  entry: unknown,
): Promise<string> {
  const id = await redis.xadd(keyOf(keyspace, 0, stream), "*", "d", JSON.stringify(entry));
  if (id === null) throw new Error("Not added.");
  return id;
}

export async function pendingRows(
  redis: Redis,
  keyspace: Keyspace,
  stream: StreamName,
): Promise<{ id: string; owner: string; idleMs: number; tries: number }[]> {
  const rows = await redis
    .xpending(keyOf(keyspace, 0, stream), GROUP, "-", "+", 10_000)
    .catch((error: Error) => {
      if (error.message.startsWith("NOGROUP")) return [];
      throw error;
    });
  return (rows as [string, string, number, number][]).map(([id, owner, idleMs, tries]) => ({
    id,
    owner,
    idleMs,
    tries,
  }));
}

export async function pendingCount(redis: Redis, keyspace: Keyspace, stream: StreamName) {
  return (await pendingRows(redis, keyspace, stream)).length;
}

/** One running process's consumers, with what they reported. */
export interface Running {
  readonly consumers: Consumers;
  readonly log: ReturnType<typeof recordingLog>;
  readonly outcomes: { stream: StreamName; outcome: Outcome }[];
  readonly reclaimed: { stream: StreamName; from: string }[];
  readonly lostPayloads: { stream: StreamName; count: number }[];
}

export class Transient extends Error {}
export class Poison extends Error {}
export class Away extends Error {}

/** Starts consumers with defaults that suit tests; stopped by `stopAll`. */
export async function consume(
  options: Pick<ConsumeOptions, "url" | "keyspace" | "handlers"> & Partial<ConsumeOptions>,
): Promise<Running> {
  const log = recordingLog();
  const outcomes: Running["outcomes"] = [];
  const reclaimed: Running["reclaimed"] = [];
  const lostPayloads: Running["lostPayloads"] = [];
  const consumers = await startConsumers({
    consumerId: `test-${randomUUID()}`,
    classify: (error) => {
      if (error instanceof Poison) return { class: "poison" };
      if (error instanceof Away) return { class: "dependency", dependency: "postgres" };
      return { class: "transient" };
    },
    dependencies: { postgres: async () => undefined },
    clock: { now: () => new Date() },
    log,
    observe: {
      processed: (stream, outcome) => outcomes.push({ stream, outcome }),
      reclaimed: (stream, from) => reclaimed.push({ stream, from }),
      lostPayload: (stream, count) => lostPayloads.push({ stream, count }),
    },
    ...options,
  });
  const running = { consumers, log, outcomes, reclaimed, lostPayloads };
  open.push(running);
  return running;
}

const open: Running[] = [];

/** Stops what `consume` has started; for afterEach. */
export async function stopAll(): Promise<void> {
  await Promise.all(open.splice(0).map(({ consumers }) => consumers.stop(0)));
}
