import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../src/lib/log.ts";
import { folderHolder } from "../../src/ops/embedded/folder-lock.ts";
import { type Embedded, endLeftovers, startEmbedded } from "../../src/ops/embedded.ts";

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface TestServers {
  databaseUrl: string;
  redisUrl: string;
}

/** Every run's data folders; one whose process died is removed by the next run. */
const FOLDER = join(tmpdir(), `leadline-tests-${process.getuid?.() ?? 0}`);
/** Younger folders may belong to a run that has not locked them yet. */
const LEFTOVER_AFTER_MS = 60_000;

let started: Promise<Embedded> | null = null;
let startedDir: string | null = null;

/**
 * The Postgres and Redis that all test files of this process share: those of TEST_DATABASE_URL and
 * TEST_REDIS_URL, else private ones that live as long as the process.
 */
export async function testServers(): Promise<TestServers> {
  const databaseUrl = process.env["TEST_DATABASE_URL"];
  const redisUrl = process.env["TEST_REDIS_URL"];
  if (databaseUrl && redisUrl) return { databaseUrl, redisUrl };
  started ??= startShared({ postgres: !databaseUrl, redis: !redisUrl });
  const own = await started;
  return {
    databaseUrl: databaseUrl ?? own.databaseUrl ?? "",
    redisUrl: redisUrl ?? own.redisUrl ?? "",
  };
}

async function startShared(wanted: { postgres: boolean; redis: boolean }): Promise<Embedded> {
  await removeLeftovers();
  startedDir = tempDir("shared");
  return startEmbedded({ dataDir: startedDir, ...wanted, durable: false, log: silentLog });
}

export async function stopTestServers(): Promise<void> {
  const running = started;
  started = null;
  await (await running)?.stop();
  if (startedDir) rmSync(startedDir, { recursive: true, force: true });
}

/** Servers of one test that means to damage them. Stop and remove them with `close`. */
export async function ownServers(
  wanted: { postgres?: boolean; redis?: boolean } = { postgres: true, redis: true },
): Promise<Embedded & { dataDir: string; close(): Promise<void> }> {
  const dataDir = tempDir("own");
  const servers = await startEmbedded({
    dataDir,
    postgres: wanted.postgres ?? false,
    redis: wanted.redis ?? false,
    durable: false,
    log: silentLog,
  });
  const close = async () => {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...servers, dataDir, close };
}

/** A private folder, removed by a later run if this one cannot. */
export function tempDir(name: string): string {
  mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
  return mkdtempSync(join(FOLDER, `${name}-`));
}

async function removeLeftovers(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
  for (const name of readdirSync(FOLDER)) {
    const dir = join(FOLDER, name);
    if (folderHolder(dir) !== null || ageMs(dir) < LEFTOVER_AFTER_MS) continue;
    await endLeftovers(dir);
    rmSync(dir, { recursive: true, force: true });
  }
}

function ageMs(path: string): number {
  const modifiedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modifiedAt === undefined ? 0 : Date.now() - modifiedAt;
}
