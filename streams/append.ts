import { COMMAND_DEADLINE_MS, type Producer } from "./connection.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { listOf, numberOf, textOf } from "./reply.ts";
import { runScript, runScriptOnReplicas, scripts } from "./scripts.ts";

/** Bounds one script call, during which Redis serves nobody else. A larger single batch goes alone. */
const MAX_ENTRIES = 200;
const MAX_CHARS = 1024 * 1024;

/** One entry, encoded, for the stream of that key. */
export interface KeyedEntry {
  readonly key: string;
  readonly json: string;
}

interface Waiting {
  readonly entries: readonly KeyedEntry[];
  resolve(): void;
  reject(error: QueueUnavailableError): void;
}

type AppendTo = (partition: number, entries: readonly KeyedEntry[]) => Promise<void>;

type Run = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/**
 * Appends to streams of a partition. Batches of the same event-loop turn travel in one command:
 * a command costs the client more than an entry costs Redis (36 → 31 µs of CPU for each webhook).
 * Each batch rejects with `QueueUnavailableError` unless all of it was taken; a stream of `fullAt`
 * entries takes no more.
 */
export function createAppender(redis: Producer, fullAt: number): AppendTo {
  const waiting = new Map<number, Waiting[]>();

  function flush(partition: number): void {
    const batches = waiting.get(partition) ?? [];
    waiting.delete(partition);
    while (batches.length > 0) {
      const group = batches.splice(0, countThatFit(batches));
      const run: Run = (keys, args) => runScript(redis.of(partition), scripts.append, keys, args);
      send(group, fullAt, run).catch((refusal) => refuse(group, refusal));
    }
  }

  return (partition, entries) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const batch = { entries, resolve, reject };
    const others = waiting.get(partition);
    if (others) others.push(batch);
    else {
      waiting.set(partition, [batch]);
      setImmediate(flush, partition);
    }
    return promise;
  };
}

/**
 * The same, but resolves only when `replicas` have the batch too. One group per partition is under way
 * at a time, since WAIT holds its connection up; what comes meanwhile makes up the next one. When a
 * group fails, what waits behind it fails as well, unsent: it would only be late.
 */
export function createReplicatedAppender(deps: {
  redis: Producer;
  fullAt: number;
  replicas: number;
}): AppendTo {
  const { redis, fullAt, replicas } = deps;
  const queues = new Map<number, Waiting[]>();

  async function drain(partition: number, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const group = queue.splice(0, countThatFit(queue));
      const run: Run = (keys, args) =>
        runScriptOnReplicas(redis.of(partition), scripts.append, keys, args, replicas);
      await send(group, fullAt, run).catch((refusal) =>
        refuse([...group, ...queue.splice(0)], refusal),
      );
    }
    queues.delete(partition);
  }

  return async (partition, entries) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = () => reject(new QueueUnavailableError("Too many entries wait for the replicas."));
    const timer = setTimeout(late, COMMAND_DEADLINE_MS);
    const batch = { entries, resolve, reject };
    const queue = queues.get(partition);
    if (queue) queue.push(batch);
    else {
      const fresh = [batch];
      queues.set(partition, fresh);
      setImmediate(() => void drain(partition, fresh));
    }
    await promise.finally(() => clearTimeout(timer));
  };
}

/** How many batches from the first one on fit the bounds, at least one. */
function countThatFit(batches: readonly Waiting[]): number {
  let entries = 0;
  let chars = 0;
  const tooMuch = batches.findIndex((batch, index) => {
    entries += batch.entries.length;
    for (const { json } of batch.entries) chars += json.length;
    return index > 0 && (entries > MAX_ENTRIES || chars > MAX_CHARS);
  });
  return tooMuch < 0 ? batches.length : tooMuch;
}

/** Answers every batch of the group, or rejects when Redis answered for none of them. */
async function send(group: readonly Waiting[], fullAt: number, run: Run): Promise<void> {
  const keys: string[] = [];
  const args: (string | number)[] = [fullAt];
  for (const { key, json } of group.flatMap(({ entries }) => entries)) {
    const known = keys.indexOf(key);
    args.push(known < 0 ? keys.push(key) : known + 1, json);
  }
  answer(group, listOf(await run(keys, args)));
}

function refuse(group: readonly Waiting[], error: unknown): void {
  const refusal = new QueueUnavailableError(`Redis refused: ${messageOf(error)}`, error);
  for (const { reject } of group) reject(refusal);
}

/** `refused` is flat: position of an entry counted from 1, why, … */
function answer(group: readonly Waiting[], refused: readonly unknown[]): void {
  let last = 0;
  for (const { entries, resolve, reject } of group) {
    const first = last + 1;
    last += entries.length;
    const at = refused.findIndex((position, index) => {
      const entry = index % 2 === 0 ? numberOf(position) : null;
      return entry !== null && entry >= first && entry <= last;
    });
    if (at < 0) resolve();
    else {
      reject(new QueueUnavailableError(`Redis refused an entry: ${textOf(refused[at + 1])}`));
    }
  }
}
