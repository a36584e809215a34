import { connected, openProducer, type Producer } from "../../streams/connection.ts";
import { suitablePartitions } from "../../streams/deployment.ts";
import { createPublisher, type Publish } from "../../streams/publish.ts";
import { repeat } from "../../streams/repeat.ts";
import type { Keyspace } from "../../streams/topology.ts";
import type { Config } from "../config.ts";
import { createDb } from "../db/client.ts";
import { readClockOffsetMs } from "../db/queries/clock-offset.ts";
import { fixPartitions } from "../db/queries/installation.ts";
import { createAnnouncer } from "../flows/announce.ts";
import { createShiftedClock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
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
  redis: Producer;
  keyspace: Keyspace;
  publish: Publish;
  /** Appends what nobody could rebuild: resolves when it is as safe as the configuration asks for. */
  appendSafely: Publish["append"];
  announcer: ReturnType<typeof createAnnouncer>;
  clock: ReturnType<typeof createShiftedClock>;
  metrics: ReturnType<typeof createMetrics>;
  mailer: ReturnType<typeof createMailer>;
  crash(step: CrashPoint): void;
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
  const { databaseUrl, redisUrl: url, onStatement } = surroundings;
  const db = createDb({ url: databaseUrl, maxConnections: 12, name, onStatement });
  const partitions = await fixPartitions(db, config.redis.partitions, () =>
    suitablePartitions(url, REDIS_BOOT_DEADLINE_MS),
  );
  const keyspace = { prefix: "ll", partitions };
  const redis = openProducer({ url, keyspace, log });
  const publish = createPublisher({ redis, keyspace });
  const { waitReplicas } = config.redis;
  // WAIT holds a connection up, so those who wait have connections of their own.
  const waiting = waitReplicas > 0 ? openProducer({ url, keyspace, log }) : redis;
  await Promise.all([redis, waiting].map((one) => connected(one, REDIS_BOOT_DEADLINE_MS)));
  const crash = createCrashPoints(config.ops.crashAt);
  const events: Publish["events"] = async (some) => {
    await publish.events(some);
    crash("events:published");
  };
  const announcer = createAnnouncer({ db, publish: { ...publish, events }, log });
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
    appendSafely: createPublisher({ redis: waiting, keyspace, waitReplicas }).append,
    announcer,
    clock,
    metrics: createMetrics(),
    mailer,
    crash,
    checkPostgres: async () => {
      await withDeadline(db.rows`select 1`, PING_DEADLINE_MS, "Postgres", "database_unavailable");
    },
    checkRedis: () => answers(redis),
    close: async () => {
      await clockFollower?.stop();
      await announcer.flush();
      await mailer.flush();
      waiting.disconnect();
      redis.disconnect();
      await db.close();
    },
  };
}

/** One master of several that is away costs its partitions, not the whole process. */
async function answers(redis: Producer): Promise<void> {
  await Promise.any(redis.all.map((client) => client.ping())).catch((error: AggregateError) => {
    throw error.errors[0];
  });
}
