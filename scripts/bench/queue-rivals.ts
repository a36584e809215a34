import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { connected, openProducer } from "../../streams/connection.ts";
import { startConsumers } from "../../streams/consume.ts";
import { createPublisher } from "../../streams/publish.ts";
import { streamSpecs } from "../../streams/topology.ts";
import { silentLog } from "./installation.ts";

/** What both queues carry: a wake-up of a conversation. */
export interface Job {
  organizationId: string;
  conversationId: string;
}

/** One queue, empty, under the same handling: the measures know no other difference. */
export interface Rival {
  add(job: Job): Promise<unknown>;
  addBulk(jobs: readonly Job[]): Promise<unknown>;
  /** Handles jobs, so many at once, until it is told to stop. */
  work(concurrency: number, handle: (job: Job) => Promise<void>): Promise<() => Promise<unknown>>;
  close(): Promise<unknown>;
}

export async function openOurs(redisUrl: string, prefix: string): Promise<Rival> {
  const keyspace = { prefix, partitions: 1 };
  const redis = openProducer({ url: redisUrl, keyspace, log: silentLog });
  await connected(redis, 5_000);
  const publish = createPublisher({ redis, keyspace });
  const append = (jobs: readonly Job[]) =>
    publish.append(
      jobs.map((job) => ({ stream: "turns", entry: { v: 1, ...job, cause: "message" } })),
    );
  return {
    add: (job) => append([job]),
    addBulk: append,
    work: async (concurrency, handle) => {
      const consumers = await startConsumers({
        url: redisUrl,
        keyspace,
        consumerId: `bench-${crypto.randomUUID()}`,
        handlers: {
          turns: async (deliveries) => {
            for (const { entry } of deliveries) await handle(entry);
          },
        },
        classify: () => ({ class: "transient" }),
        dependencies: { postgres: async () => {} },
        clock: { now: () => new Date() },
        log: silentLog,
        specs: { ...streamSpecs, turns: { ...streamSpecs.turns, concurrency } },
      });
      return () => consumers.stop(1_000);
    },
    close: async () => redis.disconnect(),
  };
}

export async function openBullMq(redisUrl: string, prefix: string): Promise<Rival> {
  const connections: Redis[] = [];
  const connect = () => {
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    connections.push(connection);
    return connection;
  };
  // Ours trims what is done; theirs removes it as well, the quicker way for both.
  const defaultJobOptions = { removeOnComplete: true };
  const queue = new Queue<Job>("bench", { connection: connect(), prefix, defaultJobOptions });
  await queue.waitUntilReady();
  return {
    add: (job) => queue.add("job", job),
    addBulk: (jobs) => queue.addBulk(jobs.map((data) => ({ name: "job", data }))),
    work: async (concurrency, handle) => {
      const options = { connection: connect(), prefix, concurrency };
      const worker = new Worker<Job>("bench", ({ data }) => handle(data), options);
      await worker.waitUntilReady();
      return () => worker.close();
    },
    close: async () => {
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
}
