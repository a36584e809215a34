import { createDb, type Db } from "../../src/db/client.ts";
import { newId } from "../../src/lib/ids.ts";
import { GROUP, keyOf, type StreamName } from "../../streams/topology.ts";
import { startRedis, type TestServer } from "../streams/support/redis-server.ts";
import { testDatabase } from "./database.ts";

/** An installation of two partitions whose processes are not running, with a Redis of its own. */
export async function createStuckQueue(name: string) {
  const database = await testDatabase(name);
  const redis = await startRedis({ extra: ["--maxmemory-policy", "noeviction"] });
  const db = createDb({ url: database.url, maxConnections: 2, name });
  await db.rows`insert into installation (id, partitions) values (1, 2)`;
  const keyspace = { prefix: "ll", partitions: 2 };
  return {
    db,
    redis,
    keyspace,
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url },
    /** Entries of these ages, so many of them delivered to a worker that never settles them. */
    fill: (stream: StreamName, partition: number, agesMs: readonly number[], pending: number) =>
      fill(redis, keyOf(keyspace, partition, stream), agesMs, pending),
    /** A worker that counts as alive for the next hour. */
    addWorker: () => db.rows`
      insert into workers (id, role, host, pid, seen_at)
      values (${newId()}, 'worker', 'h', 1, now() + interval '1 hour')`,
    bury: (stream: StreamName, count: number) => bury(db, stream, count),
    close: async () => {
      await db.close(1_000);
      await redis.stop();
      await database.drop();
    },
  };
}

async function fill(redis: TestServer, key: string, agesMs: readonly number[], pending: number) {
  await redis.probe.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
  const now = Date.now();
  for (const [index, ageMs] of agesMs.entries()) {
    await redis.probe.xadd(key, `${now - ageMs}-${index + 1}`, "d", "{}");
  }
  if (pending === 0) return;
  await redis.probe.xreadgroup("GROUP", GROUP, "w", "COUNT", pending, "STREAMS", key, ">");
}

async function bury(db: Db, stream: StreamName, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await db.rows`
      insert into dead_letters (id, stream, origin, entry, reason, error_class, tries,
        first_seen_at, last_seen_at)
      values (${newId()}, ${stream}, ${newId()}, ''::bytea, 'broken', 'poison', 1, now(), now())`;
  }
}
