import { Redis, type RedisOptions } from "ioredis";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import type { Log } from "./ports.ts";
import { BLOCK_MS } from "./topology.ts";

/** A producer's command is answered or rejected within this; nothing waits longer. */
export const COMMAND_DEADLINE_MS = 3_000;

/** Above every command's deadline: a socket silent for this long while asked is half-open. */
const PRODUCER_SOCKET_TIMEOUT_MS = 4_000;
/** Above BLOCK, so that an empty read is no silence; below three of them, where the watchdog acts. */
const READER_SOCKET_TIMEOUT_MS = BLOCK_MS * 2.5;

const CONNECT_TIMEOUT_MS = 3_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

/** What both profiles share. RESP2 is pinned: its stream replies have one shape on every server. */
const common = {
  protocol: 2,
  disableClientInfo: true,
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (attempt: number) =>
    Math.min(25 * 2 ** Math.min(attempt, 6), MAX_RECONNECT_DELAY_MS) * (0.5 + Math.random() / 2),
  // After a failover the old master refuses writes: reconnect to find the new one, resend nothing.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} satisfies RedisOptions;

/**
 * Writes and control commands: each settles within `COMMAND_DEADLINE_MS` and is sent at most once. A
 * lost reply is a rejection (ioredis would otherwise resend and append twice).
 */
const producerProfile = {
  ...common,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  commandTimeout: COMMAND_DEADLINE_MS,
  socketTimeout: PRODUCER_SOCKET_TIMEOUT_MS,
} satisfies RedisOptions;

/** Blocking reads, one connection each: waits out reconnects; a half-open socket is torn down. */
const readerProfile = {
  ...common,
  maxRetriesPerRequest: null,
  socketTimeout: READER_SOCKET_TIMEOUT_MS,
} satisfies RedisOptions;

type Profile = typeof producerProfile | typeof readerProfile;

/** A connection to the deployment, of either profile. */
export type Client = Redis;

/** The one place that knows which deployment a URL names. */
function open(url: string, profile: Profile, log: Log): Client {
  if (!/^rediss?:\/\//.test(url)) {
    throw new QueueUnavailableError("REDIS_URL must start with redis:// or rediss://.");
  }
  const client = new Redis(url, profile);
  let reported = false;
  client.on("error", (error: unknown) => {
    if (!reported) log.warn({ error: messageOf(error) }, "redis connection failed; reconnecting");
    reported = true;
  });
  client.on("ready", () => {
    reported = false;
  });
  return client;
}

/** Opens a client for writes and control commands. It connects by itself, also again. */
export function openProducer(url: string, log: Log): Client {
  return open(url, producerProfile, log);
}

/** Opens a client for one loop of blocking reads, and for nothing else. */
export function openReader(url: string, log: Log): Client {
  return open(url, readerProfile, log);
}

/**
 * Resolves once the client may be used. Needed at boot only: a producer refuses commands instead of
 * queueing them while it is not connected.
 * @throws QueueUnavailableError when it is not ready within `deadlineMs`.
 */
export async function connected(client: Client, deadlineMs: number): Promise<void> {
  if (client.status === "ready") return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = () => reject(new QueueUnavailableError("The Redis connection was closed."));
  const timer = setTimeout(
    () => reject(new QueueUnavailableError(`Redis was not ready within ${deadlineMs} ms.`)),
    deadlineMs,
  );
  client.once("ready", resolve);
  client.once("end", onEnd);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    client.off("ready", resolve);
    client.off("end", onEnd);
  }
}

export interface ServerFacts {
  version: string;
  runId: string;
  maxmemoryPolicy: string;
  appendOnly: boolean;
}

/** What a server says about itself. @throws QueueUnavailableError when it does not answer. */
export async function readServerFacts(client: Client): Promise<ServerFacts> {
  const info = await client.info().catch((error: unknown) => {
    throw new QueueUnavailableError("Redis did not answer INFO.", error);
  });
  const fact = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  return {
    version: fact("redis_version"),
    runId: fact("run_id"),
    maxmemoryPolicy: fact("maxmemory_policy"),
    appendOnly: fact("aof_enabled") === "1",
  };
}

/**
 * Why this server must not carry the queue; empty when it may. An evicting server drops work
 * silently, and before 7.0 a claim can hand back deleted entries.
 */
export function serverProblems(facts: ServerFacts): string[] {
  const problems: string[] = [];
  if (Number.parseInt(facts.version, 10) < 7) {
    problems.push(`Redis ${facts.version} is too old: 7.0 or newer is needed.`);
  }
  if (facts.maxmemoryPolicy !== "noeviction") {
    problems.push(
      `Redis maxmemory-policy is "${facts.maxmemoryPolicy}" and would drop queued work; set it to "noeviction".`,
    );
  }
  return problems;
}
