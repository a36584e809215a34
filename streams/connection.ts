import { Redis, type RedisOptions } from "ioredis";
import { addressOf, whereabouts } from "./deployment.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import type { Log } from "./ports.ts";
import { isWrongServer } from "./refusals.ts";
import { BLOCK_MS, type Keyspace, partitionsOf } from "./topology.ts";

/** A producer's command is answered or rejected within this; nothing waits longer. */
export const COMMAND_DEADLINE_MS = 3_000;

/** Above every command's deadline: a socket silent for this long while asked is half-open. */
const PRODUCER_SOCKET_TIMEOUT_MS = 4_000;
/** Above BLOCK, so that an empty read is no silence; below three of them, where the watchdog acts. */
const READER_SOCKET_TIMEOUT_MS = BLOCK_MS * 2.5;

const CONNECT_TIMEOUT_MS = 3_000;
const MAX_RECONNECT_DELAY_MS = 1_000;
const REVIVE_AFTER_MS = 100;
/** A server that reads its data from disk is asked this often whether it is done. */
const LOADING_CHECK_MS = 500;

/** What both profiles share. RESP2 is pinned: its stream replies have one shape on every server. */
const common = {
  protocol: 2,
  disableClientInfo: true,
  connectTimeout: CONNECT_TIMEOUT_MS,
  maxLoadingRetryTime: LOADING_CHECK_MS,
  retryStrategy: (attempt: number) =>
    Math.min(25 * 2 ** Math.min(attempt, 6), MAX_RECONNECT_DELAY_MS) * (0.5 + Math.random() / 2),
  // To find the master again; `true` rejects the command, only 2 would resend it.
  reconnectOnError: isWrongServer,
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

/** A connection to one master, of either profile. */
export type Client = Redis;

/** The connections for writes and control commands. */
export interface Producer {
  /** The one to the master that holds this partition. */
  of(partition: number): Client;
  /** Each of them once. */
  readonly all: readonly Client[];
  disconnect(): void;
}

/** Which keys of which deployment. */
export interface Place {
  /** As in REDIS_URL. */
  url: string;
  keyspace: Keyspace;
  log: Log;
}

/**
 * Opens the connections for writes and control commands: one or, on a cluster, one for each
 * partition. They connect by themselves, also again.
 * @throws QueueUnavailableError when the address is wrong.
 */
export function openProducer(place: Place): Producer {
  const open = (partition: number) => openClient(place, partition, producerProfile);
  const { kind } = addressOf(place.url);
  const all = kind === "cluster" ? partitionsOf(place.keyspace).map(open) : [open(0)];
  return {
    all,
    of: (partition) => {
      const client = all[kind === "cluster" ? partition : 0];
      if (!client) throw new QueueUnavailableError(`There is no partition ${partition}.`);
      return client;
    },
    disconnect: () => {
      for (const client of all) closeClient(client);
    },
  };
}

/** Opens a client for one loop of blocking reads in a partition, and for nothing else. */
export function openReader(place: Place, partition: number): Client {
  return openClient(place, partition, readerProfile);
}

function openClient({ url, keyspace, log }: Place, partition: number, profile: Profile): Client {
  const client = new Redis({ ...profile, ...whereabouts(addressOf(url), keyspace, partition) });
  let isReported = false;
  whenFailing(client, (reason) => {
    if (!isReported) log.warn({ error: reason }, "redis connection failed; reconnecting");
    isReported = true;
  });
  client.on("ready", () => {
    isReported = false;
  });
  client.on("end", () => {
    if (!closed.has(client)) setTimeout(revive, REVIVE_AFTER_MS, client);
  });
  return client;
}

const closed = new WeakSet<Client>();

/** Closes at once, for good. Nothing else may end a client. */
export function closeClient(client: Client): void {
  closed.add(client);
  client.disconnect();
}

/**
 * ioredis ends a client for good when its connection is given up while it is being made, as by the
 * news of a failover. Seen with 6.0.0: workers that never read again.
 */
function revive(client: Client): void {
  if (!closed.has(client) && client.status === "end") client.connect().catch(() => undefined);
}

/** Hears why a client is not connected, as often as it is not. Returns how to stop. */
function whenFailing(client: Client, hear: (reason: string) => void): () => void {
  const onError = (error: unknown) => {
    const reason = messageOf(error);
    // What each of them said has been told before.
    if (reason.startsWith("All sentinels are unreachable")) return;
    hear(reason);
  };
  client.on("error", onError);
  client.on("sentinelError", onError);
  return () => {
    client.off("error", onError);
    client.off("sentinelError", onError);
  };
}

/**
 * Resolves once every connection may be used. Needed at boot only: a producer refuses commands
 * instead of queueing them while it is not connected.
 * @throws QueueUnavailableError when one is not ready within `deadlineMs`.
 */
export async function connected({ all }: Producer, deadlineMs: number): Promise<void> {
  await Promise.all(all.map((client) => clientConnected(client, deadlineMs)));
}

async function clientConnected(client: Client, deadlineMs: number): Promise<void> {
  if (client.status === "ready") return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastError = "no answer";
  const stopHearing = whenFailing(client, (reason) => {
    lastError = reason;
  });
  const onEnd = () => {
    if (closed.has(client)) reject(new QueueUnavailableError("The Redis connection was closed."));
  };
  const late = () =>
    reject(new QueueUnavailableError(`Redis was not ready within ${deadlineMs} ms: ${lastError}`));
  const timer = setTimeout(late, deadlineMs);
  client.once("ready", resolve);
  client.on("end", onEnd);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stopHearing();
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
