import Redis from "ioredis";
import type { Role } from "../../../src/config-schema.ts";
import { createDb } from "../../../src/db/client.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { seedDemo } from "../../../src/db/seed/demo.ts";
import { demoNumber } from "../../../src/db/seed/northwind.ts";
import { createSecretBox } from "../../../src/lib/secret-box.ts";
import { choosePort } from "../../../src/ops/embedded/port.ts";
import { type LeadlineProcess, startLeadline, stopProcesses } from "../../support/processes.ts";
import { silentLog } from "../../support/servers.ts";
import { appSecret, startMeta, verifyToken } from "./meta.ts";
import { startOwnServer } from "./own-server.ts";

const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString("base64");

/** On a machine that is busy with other tests a start takes its time. */
const READY_WITHIN_MS = 30_000;

export type Stack = Awaited<ReturnType<typeof startStack>>;

/**
 * A Postgres and a Redis to damage, a migrated and seeded database, Meta in this process, and a way
 * to start roles as real processes against them. Nobody runs yet.
 */
export async function startStack({ quietMs = 50 } = {}) {
  const [postgres, redisServer, apiPort] = await Promise.all([
    startOwnServer("postgres"),
    startOwnServer("redis"),
    choosePort(null),
  ]);
  await migrate({ url: postgres.url, log: silentLog });
  const db = createDb({ url: postgres.url, maxConnections: 2, name: "fault-test" });
  await seedDemo({ db, box: createSecretBox([ENCRYPTION_KEY]), number: demoNumber });
  await db.rows`update organizations set quiet_ms = ${quietMs}, quiet_cap_ms = ${quietMs * 5}`;

  const redis = new Redis(redisServer.url, { retryStrategy: () => 100 });
  redis.on("error", () => {});
  const meta = await startMeta(`http://127.0.0.1:${apiPort}`);
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redisServer.url,
    PORT: String(apiPort),
    WHATSAPP_GRAPH_URL: `${meta.url}/graph`,
    WHATSAPP_APP_SECRETS: appSecret,
    WHATSAPP_VERIFY_TOKENS: verifyToken,
    OPENAI_BASE_URL: `${meta.url}/openai/v1`,
    OPENAI_API_KEY: "simulated",
    LLM_MODEL: "simulated",
    ENCRYPTION_KEYS: ENCRYPTION_KEY,
    SIMULATOR: "off",
  };
  let leads = 0;

  async function start(role: Role, extra: Readonly<Record<string, string>> = {}) {
    const started = await startLeadline(role, { ...env, ...extra });
    await started.ready(READY_WITHIN_MS);
    return started;
  }

  return {
    db,
    redis,
    meta,
    postgres,
    redisServer,
    start,
    startAll: (roles: readonly Role[]) => Promise.all(roles.map((role) => start(role))),
    /** The phone number of somebody who has not written yet. */
    newLead: () => {
      leads += 1;
      return `1555020${String(leads).padStart(4, "0")}`;
    },
    close: async () => {
      redis.disconnect();
      await stopProcesses();
      await meta.stop();
      await db.close(0);
      await Promise.all([postgres.close(), redisServer.close()]);
    },
  };
}

/** Ends a process in order, as a deployment would, and expects it to manage. */
export async function retire(role: LeadlineProcess): Promise<void> {
  role.kill("SIGTERM");
  const code = await role.exited;
  if (code !== 0) throw new Error(`SIGTERM ended it with ${code}.\n${role.output()}`);
}
