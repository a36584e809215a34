import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { AppError, errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { folderHolder, lockFolder } from "./embedded/folder-lock.ts";
import { choosePort } from "./embedded/port.ts";
import { endLeftoverPostgres, startPostgres } from "./embedded/postgres.ts";
import { postgresHome } from "./embedded/postgres-home.ts";
import { endLeftoverRedis, startRedis } from "./embedded/redis.ts";
import type { RunningServer } from "./embedded/running-server.ts";
import { readStateFile, writeStateFile } from "./embedded/state-file.ts";

export interface EmbeddedSettings {
  /** Absolute. Everything is kept here, across restarts. */
  dataDir: string;
  postgres: boolean;
  redis: boolean;
  /** False only for tests: data may be lost when the machine (not a process) crashes. */
  durable?: boolean;
  log: Log;
}

export interface Embedded {
  /** Null when the server was not asked for. */
  databaseUrl: string | null;
  redisUrl: string | null;
  /** The servers themselves, for tests that break them. */
  servers: { postgres: RunningServer | null; redis: RunningServer | null };
  /** Stops both in order and frees the folder. Call it last: everything else needs them. */
  stop(): Promise<void>;
}

/** What a folder remembers, so that addresses stay the same over restarts. */
const Identity = Type.Object({
  id: Type.String(),
  postgres: Type.Object({ port: Type.Integer(), password: Type.String() }),
  redis: Type.Object({ port: Type.Integer(), password: Type.String() }),
});

const Connection = Type.Object({
  databaseUrl: Type.Union([Type.String(), Type.Null()]),
  redisUrl: Type.Union([Type.String(), Type.Null()]),
});

/**
 * Starts the servers that no URL was given for. Throws AppError("invalid_config") when the folder is
 * in use, of another Postgres version or not writable, or when redis-server is not installed.
 */
export async function startEmbedded(settings: EmbeddedSettings): Promise<Embedded> {
  const { dataDir, log } = settings;
  makeFolder(dataDir);
  const unlock = lockFolder(dataDir);
  const connectionFile = join(dataDir, "connection.json");
  try {
    const servers = await startServers(settings);
    const running = [servers.redis, servers.postgres].filter((server) => server !== null);
    // A process that dies by an exception cannot wait, but it can still ask them to stop.
    const onExit = () => {
      for (const server of running) server.signal("SIGINT");
    };
    process.once("exit", onExit);
    const urls = {
      databaseUrl: servers.postgres?.url ?? null,
      redisUrl: servers.redis?.url ?? null,
    };
    writeStateFile(connectionFile, urls);
    log.info({ dataDir }, "embedded servers are running");
    const stop = async () => {
      rmSync(connectionFile, { force: true });
      await Promise.all(running.map((server) => server.stop()));
      process.off("exit", onExit);
      unlock();
    };
    return { ...urls, servers, stop };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startServers(settings: EmbeddedSettings): Promise<Embedded["servers"]> {
  const { dataDir, durable = true } = settings;
  const identityFile = join(dataDir, "embedded.json");
  const remembered = readStateFile(identityFile, Identity);
  const id = remembered?.id ?? randomBytes(6).toString("hex");
  const home = settings.postgres ? postgresHome(dataDir, id) : null;
  const redisDir = join(dataDir, "redis");
  await Promise.all([home && endLeftoverPostgres(home), endLeftoverRedis(redisDir)]);
  const identity = {
    id,
    postgres: await serverIdentity(remembered?.postgres),
    redis: await serverIdentity(remembered?.redis),
  };
  writeStateFile(identityFile, identity);
  const logFile = join(dataDir, "postgres.log");
  const starting = [
    settings.redis ? startRedis({ dir: redisDir, ...identity.redis }) : null,
    home && startPostgres({ home, logFile, durable, ...identity.postgres }),
  ] as const;
  try {
    const [redis, postgres] = await Promise.all(starting);
    return { redis, postgres };
  } catch (error) {
    await Promise.allSettled(starting.map(async (server) => (await server)?.stop()));
    throw error;
  }
}

/** Ends the servers of a folder whose Leadline died, without starting new ones. */
export async function endLeftovers(dataDir: string): Promise<void> {
  const remembered = readStateFile(join(dataDir, "embedded.json"), Identity);
  if (!remembered) return;
  await endLeftoverPostgres(postgresHome(dataDir, remembered.id));
  await endLeftoverRedis(join(dataDir, "redis"));
}

async function serverIdentity(remembered?: { port: number; password: string }) {
  return {
    port: await choosePort(remembered?.port ?? null),
    password: remembered?.password ?? randomBytes(24).toString("hex"),
  };
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AppError(
      "invalid_config",
      `The data folder ${dataDir} cannot be made (${errorMessage(cause)}). Set DATA_DIR to a folder that you may write to.`,
      {},
      cause,
    );
  }
}

/**
 * Where the servers of a running `all` listen, for the other roles.
 * Throws AppError("invalid_config") when none is running in this folder.
 */
export function attachEmbedded(dataDir: string): {
  databaseUrl: string | null;
  redisUrl: string | null;
} {
  const connection = readStateFile(join(dataDir, "connection.json"), Connection);
  if (connection !== null && folderHolder(dataDir) !== null) return connection;
  throw new AppError(
    "invalid_config",
    `No Leadline with embedded servers is running in ${dataDir}. Start one with ROLE=all, set DATA_DIR to its folder, or set DATABASE_URL and REDIS_URL.`,
  );
}
