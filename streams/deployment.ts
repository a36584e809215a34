import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { RedisOptions } from "ioredis";
import { type Address, readAddress, type SentinelAddress, type TlsFiles } from "./address.ts";
import { countMasters, ownerConnector } from "./cluster.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import { type Keyspace, keyOf } from "./topology.ts";

/** A connection we close is cut off when the server has not closed its end by then. */
const DISCONNECT_TIMEOUT_MS = 500;
const SENTINEL_DEADLINE_MS = 1_000;
const SENTINEL_AGAIN_AFTER_MS = 5_000;

/** What tells ioredis where to connect; how commands behave is the profiles' business. */
type Whereabouts = Omit<RedisOptions, "replyMapping">;

const common = { disconnectTimeout: DISCONNECT_TIMEOUT_MS } satisfies Whereabouts;

/** @throws QueueUnavailableError when the address is wrong. */
export function addressOf(url: string): Address {
  const address = readAddress(url);
  if (address.kind === "wrong") throw new QueueUnavailableError(`REDIS_URL ${address.why}.`);
  return address;
}

/** How the master that holds a partition is found and reached. The one place that knows deployments. */
export function whereabouts(address: Address, keyspace: Keyspace, partition: number): Whereabouts {
  const access = accessOf(address);
  if (address.kind === "cluster") {
    const key = keyOf(keyspace, partition, "epoch");
    return {
      ...common,
      ...access,
      Connector: ownerConnector(address.endpoints, access, key, DISCONNECT_TIMEOUT_MS),
    };
  }
  if (address.kind === "sentinel") return { ...common, ...access, ...watched(address, access.tls) };
  return { ...common, ...access, ...address.endpoints[0], db: address.db };
}

function watched(address: SentinelAddress, tls: ConnectionOptions | undefined): Whereabouts {
  return {
    sentinels: [...address.endpoints],
    name: address.master,
    db: address.db,
    sentinelUsername: address.sentinels.username,
    sentinelPassword: address.sentinels.password,
    sentinelCommandTimeout: SENTINEL_DEADLINE_MS,
    // Told of a failover, it lets go of an old master that still answers.
    failoverDetector: true,
    sentinelReconnectStrategy: () => SENTINEL_AGAIN_AFTER_MS,
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}

function accessOf({ username, password, tls }: Address) {
  return { username, password, tls: tls === null ? undefined : tlsOptions(tls) };
}

function tlsOptions({ ca, cert, key, servername }: TlsFiles): ConnectionOptions {
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca: pem(ca) }),
    ...(cert !== undefined && { cert: pem(cert) }),
    ...(key !== undefined && { key: pem(key) }),
    ...(servername !== undefined && { servername }),
  };
}

function pem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new QueueUnavailableError(`REDIS_URL names a file: ${messageOf(error)}`, error);
  }
}

/**
 * How many partitions suit a deployment: on a cluster two for each master, so that all of them work.
 * @throws QueueUnavailableError when the cluster does not tell in time.
 */
export async function suitablePartitions(url: string, deadlineMs: number): Promise<number> {
  const address = addressOf(url);
  if (address.kind !== "cluster") return 1;
  return 2 * (await countMasters(address.endpoints, accessOf(address), deadlineMs));
}
