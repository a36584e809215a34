import Redis from "ioredis";
import type { Role } from "../../../src/config-variable.ts";
import { createDb } from "../../../src/db/client.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { seedDemo } from "../../../src/db/seed/demo.ts";
import { demoNumber } from "../../../src/db/seed/northwind.ts";
import { createSecretBox } from "../../../src/lib/secret-box.ts";
import { choosePort } from "../../../src/ops/embedded/port.ts";
import { openProducer } from "../../../streams/connection.ts";
import { inspectQueue } from "../../../streams/inspect.ts";
import { startCutProxy } from "../../realtime/cut-proxy.ts";
import { type LeadlineProcess, startLeadline, stopProcesses } from "../../support/processes.ts";
import { seeded } from "../../support/seeded.ts";
import { silentLog } from "../../support/servers.ts";
import { eventually } from "../../support/wait.ts";
import { readEventLog } from "./event-log.ts";
import { type FaultProxy, startFaultProxy, throughProxy } from "./fault-proxy.ts";
import { appSecret, startMeta, verifyToken } from "./meta.ts";
import { startOwnServer } from "./own-server.ts";
import { openWatcher, type Watcher } from "./watcher.ts";

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

interface Shape {
  /** The demo organization's debounce. */
  quietMs?: number;
  /** Ports that APIs may listen on; leads' webhooks and the dashboard go to each of them in turn. */
  apis?: number;
  /** Lets the roles, and nobody else, reach their stores through a network that can be broken. */
  behindNetwork?: boolean;
}

/** An installation on one Redis of its own, to damage as well. */
export async function startStack(shape: Shape = {}) {
  const redisServer = await startOwnServer("redis");
  const { url } = redisServer;
  const redis = new Redis(url, { retryStrategy: () => 100 });
  redis.on("error", () => {});
  const close = async () => {
    redis.disconnect();
    await redisServer.close();
  };
  const stack = await startStackOn({ url, partitions: 1, close }, shape);
  return { ...stack, redis, redisServer };
}

/**
 * A Postgres to damage, a migrated and seeded database, Meta in this process, and a way to start roles
 * as real processes against them and a Redis. Nobody runs yet.
 */
export async function startStackOn(deployment: Deployment, shape: Shape = {}) {
  const { quietMs = 50, apis = 1, behindNetwork = false } = shape;
  const postgres = await startOwnServer("postgres");
  const apiPorts = await Promise.all(Array.from({ length: apis }, () => choosePort(null)));
  await migrate({ url: postgres.url, log: silentLog });
  const db = createDb({ url: postgres.url, maxConnections: 2, name: "fault-test" });
  await seedDemo({ db, box: createSecretBox([ENCRYPTION_KEY]), number: demoNumber });
  await db.rows`update organizations set quiet_ms = ${quietMs}, quiet_cap_ms = ${quietMs * 5}`;

  const keyspace = { prefix: "ll", partitions: deployment.partitions };
  const queue = openProducer({ url: deployment.url, keyspace, log: silentLog });
  const meta = await startMeta(apiPorts.map((port) => `http://127.0.0.1:${port}`));
  const front = await startCutProxy(apiPorts, seeded("front door"));
  const network = await startNetwork(deployment.url, postgres.url);
  const env = {
    DATABASE_URL: behindNetwork ? throughProxy(postgres.url, network.postgres) : postgres.url,
    REDIS_URL: behindNetwork ? throughProxy(deployment.url, network.redis) : deployment.url,
    PORT: String(apiPorts[0]),
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
  let watcher: Watcher | undefined;

  async function launch(role: Role, extra: Readonly<Record<string, string>> = {}) {
    return await startLeadline(role, { ...env, ...extra });
  }

  async function start(role: Role, extra: Readonly<Record<string, string>> = {}) {
    const started = await launch(role, extra);
    await started.ready(READY_WITHIN_MS);
    if (role === "api") watcher ??= openWatcher({ origin: `http://127.0.0.1:${front.port}`, db });
    return started;
  }

  return {
    db,
    meta,
    postgres,
    network,
    apiPorts,
    launch,
    start,
    /** What a dashboard that watches since the first API was there does not show as it is. */
    untold: async (): Promise<string[]> => {
      const stale = (await watcher?.stale()) ?? [];
      return stale.length > 0
        ? stale
        : (watcher?.missed(await readEventLog(queue, keyspace)) ?? []);
    },
    /** Whether that dashboard is connected and has read what it was told to read. */
    isWatched: () => watcher?.isLive() ?? false,
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
      watcher?.stop();
      front.stop();
      queue.disconnect();
      await stopProcesses();
      network.redis.stop();
      network.postgres.stop();
      await meta.stop();
      await db.close(0);
      await Promise.all([postgres.close(), deployment.close()]);
    },
  };
}

/** Passes everything on until it is told otherwise. */
async function startNetwork(redisUrl: string, postgresUrl: string) {
  const before = (url: string): Promise<FaultProxy> => startFaultProxy(portOf(url));
  const [redis, postgres] = await Promise.all([before(redisUrl), before(postgresUrl)]);
  return { redis, postgres };
}

/** Of the first host, where there are several. */
function portOf(url: string): number {
  return Number(/@[^/,]*?:(\d+)/.exec(url)?.[1]);
}

/** Ends a process in order, as a deployment would, and expects it to manage. */
export async function retire(role: LeadlineProcess): Promise<void> {
  role.kill("SIGTERM");
  const code = await role.exited;
  if (code !== 0) throw new Error(`SIGTERM ended it with ${code}.\n${role.output()}`);
}
