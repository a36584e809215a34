import Redis from "ioredis";
import type { Role } from "../../../src/config-schema.ts";
import { createDb } from "../../../src/db/client.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { seedDemo } from "../../../src/db/seed/demo.ts";
import { demoNumber } from "../../../src/db/seed/northwind.ts";
import { createSecretBox } from "../../../src/lib/secret-box.ts";
import { choosePort } from "../../../src/ops/embedded/port.ts";
import { openProducer } from "../../../streams/connection.ts";
import { inspectQueue } from "../../../streams/inspect.ts";
import { type LeadlineProcess, startLeadline, stopProcesses } from "../../support/processes.ts";
import { silentLog } from "../../support/servers.ts";
import { eventually } from "../../support/wait.ts";
import { appSecret, startMeta, verifyToken } from "./meta.ts";
import { startOwnServer } from "./own-server.ts";

const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString("base64");

/** On a machine that is busy with other tests a start takes its time. */
const READY_WITHIN_MS = 30_000;

/** The Redis of an installation, whatever its shape. */
interface Deployment {
  url: string;
  partitions: number;
  /** More settings for every role. */
  env?: Readonly<Record<string, string>>;
  close(): Promise<unknown>;
}

/** An installation on any Redis: what the checker looks at. */
export type AnyStack = Awaited<ReturnType<typeof startStackOn>>;

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** An installation on one Redis of its own, to damage as well. */
export async function startStack({ quietMs = 50 } = {}) {
  const redisServer = await startOwnServer("redis");
  const { url } = redisServer;
  const redis = new Redis(url, { retryStrategy: () => 100 });
  redis.on("error", () => {});
  const close = async () => {
    redis.disconnect();
    await redisServer.close();
  };
  const stack = await startStackOn({ url, partitions: 1, close }, { quietMs });
  return { ...stack, redis, redisServer };
}

/**
 * A Postgres to damage, a migrated and seeded database, Meta in this process, and a way to start roles
 * as real processes against them and a Redis. Nobody runs yet.
 */
export async function startStackOn(deployment: Deployment, { quietMs = 50 } = {}) {
  const [postgres, apiPort] = await Promise.all([startOwnServer("postgres"), choosePort(null)]);
  await migrate({ url: postgres.url, log: silentLog });
  const db = createDb({ url: postgres.url, maxConnections: 2, name: "fault-test" });
  await seedDemo({ db, box: createSecretBox([ENCRYPTION_KEY]), number: demoNumber });
  await db.rows`update organizations set quiet_ms = ${quietMs}, quiet_cap_ms = ${quietMs * 5}`;

  const keyspace = { prefix: "ll", partitions: deployment.partitions };
  const queue = openProducer({ url: deployment.url, keyspace, log: silentLog });
  const meta = await startMeta(`http://127.0.0.1:${apiPort}`);
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: deployment.url,
    PORT: String(apiPort),
    WHATSAPP_GRAPH_URL: `${meta.url}/graph`,
    WHATSAPP_APP_SECRETS: appSecret,
    WHATSAPP_VERIFY_TOKENS: verifyToken,
    OPENAI_BASE_URL: `${meta.url}/openai/v1`,
    OPENAI_API_KEY: "simulated",
    LLM_MODEL: "simulated",
    ENCRYPTION_KEYS: ENCRYPTION_KEY,
    SIMULATOR: "off",
    ...deployment.env,
  };
  let leads = 0;

  async function start(role: Role, extra: Readonly<Record<string, string>> = {}) {
    const started = await startLeadline(role, { ...env, ...extra });
    await started.ready(READY_WITHIN_MS);
    return started;
  }

  return {
    db,
    meta,
    postgres,
    start,
    startAll: (roles: readonly Role[]) => Promise.all(roles.map((role) => start(role))),
    /** What waits in the streams, asked until Redis tells. */
    inspect: () =>
      eventually(() => inspectQueue({ redis: queue, keyspace }), { timeoutMs: 20_000 }),
    /** The phone number of somebody who has not written yet. */
    newLead: () => {
      leads += 1;
      return `1555020${String(leads).padStart(4, "0")}`;
    },
    close: async () => {
      queue.disconnect();
      await stopProcesses();
      await meta.stop();
      await db.close(0);
      await Promise.all([postgres.close(), deployment.close()]);
    },
  };
}

/** Ends a process in order, as a deployment would, and expects it to manage. */
export async function retire(role: LeadlineProcess): Promise<void> {
  role.kill("SIGTERM");
  const code = await role.exited;
  if (code !== 0) throw new Error(`SIGTERM ended it with ${code}.\n${role.output()}`);
}
