import { connected, openProducer } from "../../streams/connection.ts";
import { createPublisher } from "../../streams/publish.ts";
import { repeat } from "../../streams/repeat.ts";
import type { Keyspace } from "../../streams/topology.ts";
import type { Config } from "../config.ts";
import { createDb } from "../db/client.ts";
import { readClockOffsetMs } from "../db/queries/clock-offset.ts";
import { confirmPartitions } from "../db/queries/installation.ts";
import { createAnnouncer } from "../flows/announce.ts";
import { createShiftedClock } from "../lib/clock.ts";
import { withDeadline } from "../lib/deadline.ts";
import { consoleMail } from "../ops/console-mail.ts";
import { createCrashPoints } from "../ops/crash-points.ts";
import type { Logger } from "../ops/logger.ts";
import { createMailer } from "../ops/mailer.ts";
import { createMetrics } from "../ops/metrics.ts";
import type { Surroundings } from "./boot.ts";

const REDIS_BOOT_DEADLINE_MS = 15_000;
const CLOCK_PAUSE_MS = 500;
const PING_DEADLINE_MS = 1_000;

/** What every role has: stores, clock, metrics, and a way to tell others what was committed. */
export interface Core extends Surroundings {
  config: Config;
  log: Logger;
  db: ReturnType<typeof createDb>;
  redis: ReturnType<typeof openProducer>;
  keyspace: Keyspace;
  publish: ReturnType<typeof createPublisher>;
  announcer: ReturnType<typeof createAnnouncer>;
  clock: ReturnType<typeof createShiftedClock>;
  metrics: ReturnType<typeof createMetrics>;
  mailer: ReturnType<typeof createMailer>;
  crash(step: string): void;
  /** Reject with the reason while the store is away. */
  checkPostgres(): Promise<void>;
  checkRedis(): Promise<void>;
  close(): Promise<void>;
}

/** Connects to both stores, which must answer at boot; later each of them may be away for a while. */
export async function createCore(
  config: Config,
  log: Logger,
  surroundings: Surroundings,
): Promise<Core> {
  const name = `leadline-${config.role}`;
  const { databaseUrl: url, onStatement } = surroundings;
  const db = createDb({ url, maxConnections: 12, name, onStatement });
  const redis = openProducer(surroundings.redisUrl, log);
  const keyspace = { prefix: "ll", partitions: config.redis.partitions };
  await connected(redis, REDIS_BOOT_DEADLINE_MS);
  await confirmPartitions(db, keyspace.partitions);
  const publish = createPublisher({ redis, keyspace });
  const announcer = createAnnouncer({ db, publish, log });
  const clock = createShiftedClock();
  const mailer = createMailer({ transport: consoleMail(), log });
  // Business time can be moved only where a simulator may run.
  const clockFollower = config.production
    ? undefined
    : repeat("business clock", CLOCK_PAUSE_MS, log, async () =>
        clock.setOffsetMs(await readClockOffsetMs(db)),
      );
  return {
    ...surroundings,
    config,
    log,
    db,
    redis,
    keyspace,
    publish,
    announcer,
    clock,
    metrics: createMetrics(),
    mailer,
    crash: createCrashPoints(config.ops.crashAt),
    checkPostgres: async () => {
      await withDeadline(db.rows`select 1`, PING_DEADLINE_MS, "Postgres", "database_unavailable");
    },
    checkRedis: async () => {
      await redis.ping();
    },
    close: async () => {
      await clockFollower?.stop();
      await announcer.flush();
      await mailer.flush();
      redis.disconnect();
      await db.close();
    },
  };
}
