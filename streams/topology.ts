/** The one consumer group, the same on every stream, so that one XREADGROUP reads several. */
export const GROUP = "ll";

/** Pseudo-consumer that owns entries waiting for their next try. Nothing ever reads as it. */
export const RETRY_CONSUMER = "~retry";

export interface StreamSpec {
  /** Which blocking reader serves it: webhooks' items, or the work that follows from them. */
  reader: "data" | "work";
  /** A handler silent for this long in a living process has hung; its entry is free to take. */
  leaseMs: number;
  /**
   * Entries in hand at once per process, shared out over the partitions (never below 2 each). A handler
   * may let some of them wait: that many are looked at, so that one tenant's do not hide the others'.
   */
  concurrency: number;
  /** Fresh entries handed to the handler in one call; 1 = always alone. */
  batchSize: number;
  /**
   * Fresh entries that share a key (`ConsumeOptions.orderKeys`) are handled in the order in which they
   * were appended, in up to so many batches side by side.
   */
  ordered?: { batches: number };
  /**
   * Deliveries after which an entry is buried. `null`: the row counts the tries, the stream never
   * gives up by itself.
   */
  maxTries: number | null;
  /** Dependencies without which a try is pointless: while one is away, nothing is taken. */
  needs: readonly string[];
}

const needs = ["postgres"] as const;

/** Everything that some stream needs; each has a breaker in the processes that can probe it. */
export const dependencies = [...needs, "model"] as const;

/** Every work stream. Order is reading priority within a reader. */
export const streamSpecs = {
  inbound: {
    reader: "data",
    leaseMs: 30_000,
    concurrency: 400,
    batchSize: 100,
    ordered: { batches: 3 },
    maxTries: 5,
    needs,
  },
  receipts: {
    reader: "data",
    leaseMs: 30_000,
    concurrency: 200,
    batchSize: 100,
    maxTries: 5,
    needs,
  },
  notices: { reader: "data", leaseMs: 30_000, concurrency: 20, batchSize: 20, maxTries: 5, needs },
  outbound: {
    reader: "work",
    leaseMs: 30_000,
    concurrency: 256,
    batchSize: 1,
    maxTries: null,
    needs,
  },
  turns: { reader: "work", leaseMs: 90_000, concurrency: 256, batchSize: 1, maxTries: null, needs },
  // A turn that finds no model waits on its row, until a person is called; a summary can wait longer.
  memory: {
    reader: "work",
    leaseMs: 60_000,
    concurrency: 4,
    batchSize: 1,
    maxTries: 3,
    needs: dependencies,
  },
  // Files: fetched, read, erased. The row counts tries: a lead's photo outlasts hours without Meta.
  media: { reader: "work", leaseMs: 60_000, concurrency: 64, batchSize: 1, maxTries: null, needs },
  dead: { reader: "work", leaseMs: 30_000, concurrency: 20, batchSize: 20, maxTries: null, needs },
} as const satisfies Record<string, StreamSpec>;

export type StreamName = keyof typeof streamSpecs;
export const streamNames = Object.keys(streamSpecs).filter(isStreamName);

/** Whether a name read from Redis is a stream this version knows. */
export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(streamSpecs, name);
}

/** Streams a wake-up may wait for in the delayed set. */
export const delayableStreams = [
  "turns",
  "outbound",
  "memory",
  "media",
] as const satisfies StreamName[];
export type DelayableStream = (typeof delayableStreams)[number];

/** Live events: followed by `tail`, never consumed by the group; trimmed by length and age. */
export const EVENTS_MAX_LENGTH = 100_000;
export const EVENTS_MAX_AGE_MS = 24 * 60 * 60_000;

/**
 * Entries from which on a stream takes no more: the webhook answers 503 and Meta keeps what it has, long
 * before Redis's memory is at risk (200,000 messages of 1 KB are 0.2 GB). Trimming makes room.
 */
export const STREAM_FULL_AT = 200_000;

/** An owner silent for this long is dead: its entries and leases are free to take. */
export const SILENT_AFTER_MS = 8_000;
export const ALIVE_EVERY_MS = 2_000;

/** Longest a blocking read waits; a reader that has not turned for three of these is rebuilt. */
export const BLOCK_MS = 2_000;

/**
 * Names the Redis keys of one installation (or one test file). All keys of a partition carry the same
 * hash tag, so scripts and multi-stream reads stay in one Redis Cluster slot.
 */
export interface Keyspace {
  readonly prefix: string;
  readonly partitions: number;
}

export type KeyName =
  | StreamName
  | "events"
  | "delayed"
  | "alive"
  | "breaker"
  | "epoch"
  | "pace"
  | "tally";

/** `{ll:3}:turns` for stream `turns` of partition 3 under prefix `ll`. */
export function keyOf(keyspace: Keyspace, partition: number, name: KeyName): string {
  return `{${keyspace.prefix}:${partition}}:${name}`;
}

/** The key a living process keeps renewing in each partition it consumes. */
export function aliveKeyOf(keyspace: Keyspace, partition: number, consumer: string): string {
  return `${keyOf(keyspace, partition, "alive")}:${consumer}`;
}

/** Set, and renewed, by every process that sees a dependency away: since when, epoch milliseconds. */
export function breakerKeyOf(keyspace: Keyspace, partition: number, dependency: string): string {
  return `${keyOf(keyspace, partition, "breaker")}:${dependency}`;
}

/** Every partition's number. */
export function partitionsOf(keyspace: Keyspace): number[] {
  return Array.from({ length: keyspace.partitions }, (_, partition) => partition);
}
