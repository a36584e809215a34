import { Breakers, type Probe } from "./breaker.ts";
import {
  type Client,
  connected,
  openProducer,
  type Place,
  type Producer,
  readServerFacts,
  serverProblems,
} from "./connection.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import type { Handlers, OrderKeys } from "./messages.ts";
import { guarded, type Observe, observing } from "./observe.ts";
import { PartitionRuntime } from "./partition.ts";
import type { Clock, Log } from "./ports.ts";
import type { Verdict } from "./retry.ts";
import { partitionsOf, type StreamName, type StreamSpec, streamSpecs } from "./topology.ts";

const BOOT_DEADLINE_MS = 15_000;

export interface ConsumeOptions extends Place {
  /** New for every start of a process: an owner that has died never comes back under its name. */
  consumerId: string;
  /** The streams this process serves. */
  handlers: Handlers;
  /** What a handler's error means. */
  classify(error: unknown): Verdict;
  /** By name: rejects while that dependency is away. Names are those of `StreamSpec.needs`. */
  dependencies: Readonly<Record<string, Probe>>;
  orderKeys?: OrderKeys;
  clock: Clock;
  observe?: Partial<Observe>;
  /** Redis lost streams: entries and wake-ups may be gone, sweep soon. */
  onStreamsLost?(): void;
  /** Other leases and limits than the topology's. */
  specs?: Readonly<Record<StreamName, StreamSpec>>;
}

export interface Consumers {
  /**
   * Stops taking at once, gives running handlers `graceMs`, hands the rest back so that another
   * process takes it immediately, and closes all connections. Never rejects.
   */
  stop(graceMs: number): Promise<{ handedBack: number }>;
  /** Why only a restart would help, in a sentence; `null` while all is well. */
  stuck(): string | null;
}

/**
 * Starts to serve streams in all partitions.
 * @throws QueueUnavailableError when Redis cannot be reached at boot or may not carry the queue.
 */
export async function startConsumers(options: ConsumeOptions): Promise<Consumers> {
  const { keyspace, log, consumerId: consumer } = options;
  const observe = observing(options.observe, log);
  const redis = await openControl(options);
  let partitions: readonly PartitionRuntime[] = [];
  const breakers = new Breakers(options.dependencies, log, (name, open) => {
    observe.breaker(name, open);
    for (const partition of partitions) partition.wake();
  });
  partitions = partitionsOf(keyspace).map(
    (partition) =>
      new PartitionRuntime(
        {
          ...options,
          redis: redis.of(partition),
          consumer,
          observe,
          breakers,
          classify: (error) => options.classify(error),
          orderKeys: options.orderKeys ?? {},
          specs: options.specs ?? streamSpecs,
          onStreamsLost: guarded(options.onStreamsLost, log),
        },
        partition,
      ),
  );
  const stop = (graceMs: number) => stopAll(partitions, breakers, redis, graceMs, log);
  try {
    await Promise.all(partitions.map((partition) => partition.start()));
  } catch (error) {
    await stop(0);
    throw new QueueUnavailableError(`Consumers did not start: ${messageOf(error)}`, error);
  }
  let stopping: Promise<{ handedBack: number }> | undefined;
  return {
    stop: (graceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
    stuck: () => partitions.map((partition) => partition.stuck()).find(Boolean) ?? null,
  };
}

/** The connections for all but blocking reads, to servers that may carry the queue. */
async function openControl(place: Place): Promise<Producer> {
  const redis = openProducer(place);
  try {
    await connected(redis, BOOT_DEADLINE_MS);
    const facts = await Promise.all(redis.all.map(readServerFacts));
    const problems = new Set(facts.flatMap(serverProblems));
    if (problems.size > 0) throw new QueueUnavailableError([...problems].join(" "));
    for (const client of redis.all) client.on("ready", () => void complain(client, place.log));
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** A failover may lead to a server that is configured otherwise; work goes on, but somebody must know. */
async function complain(client: Client, log: Log): Promise<void> {
  const facts = await readServerFacts(client).catch(() => null);
  for (const problem of facts ? serverProblems(facts) : []) log.error({ problem }, "unfit Redis");
}

async function stopAll(
  partitions: readonly PartitionRuntime[],
  breakers: Breakers,
  redis: Producer,
  graceMs: number,
  log: Log,
): Promise<{ handedBack: number }> {
  const deadlineAt = performance.now() + graceMs;
  const left = await Promise.allSettled(
    partitions.map(async (partition) => {
      await partition.stopTaking();
      await partition.idle(deadlineAt);
      return await partition.leave();
    }),
  );
  breakers.stop();
  redis.disconnect();
  let handedBack = 0;
  for (const result of left) {
    if (result.status === "fulfilled") handedBack += result.value;
    else log.warn({ error: messageOf(result.reason) }, "entries not handed back; they time out");
  }
  return { handedBack };
}
