import { loadConfig } from "../../src/config.ts";
import { createDb } from "../../src/db/client.ts";
import { storedPartitions } from "../../src/db/queries/installation.ts";
import { AppError } from "../../src/lib/errors.ts";
import type { Queue } from "../../src/modules/queue/model.ts";
import { readQueue } from "../../src/modules/queue/service.ts";
import { attachEmbedded } from "../../src/ops/embedded.ts";
import { connected, openProducer } from "../../streams/connection.ts";
import { inspectQueue } from "../../streams/inspect.ts";
import { spokenLog } from "../with-database.ts";

const CONNECT_DEADLINE_MS = 5_000;

export interface QueueSource {
  look(): Promise<Queue>;
  close(): Promise<void>;
}

/** Connects to the installation that the environment names, or that runs in DATA_DIR. Only reads. */
export async function openQueue(): Promise<QueueSource> {
  const config = loadConfig(process.env, { role: "scheduler" });
  const found =
    config.database.url !== null && config.redis.url !== null
      ? { databaseUrl: null, redisUrl: null }
      : attachEmbedded(config.dataDir);
  const databaseUrl = config.database.url ?? found.databaseUrl ?? "";
  const url = config.redis.url ?? found.redisUrl ?? "";
  const db = createDb({ url: databaseUrl, maxConnections: 2, name: "leadline-streams" });
  const stack = new AsyncDisposableStack();
  stack.defer(() => db.close(1_000));
  try {
    const partitions = await storedPartitions(db);
    if (partitions === undefined) throw new AppError("not_found", "It has never been started.");
    const keyspace = { prefix: "ll", partitions };
    const redis = openProducer({ url, keyspace, log: { ...spokenLog, warn: () => {} } });
    stack.defer(() => redis.disconnect());
    await connected(redis, CONNECT_DEADLINE_MS);
    const inspect = () => inspectQueue({ redis, keyspace });
    return { look: () => readQueue({ db, inspect }), close: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
