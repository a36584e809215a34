import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../src/lib/log.ts";
import { folderHolder } from "../../src/ops/embedded/folder-lock.ts";
import {
  describeProcess,
  logTail,
  processExists,
  signalProcess,
} from "../../src/ops/embedded/process.ts";
import { attachEmbedded, endLeftovers } from "../../src/ops/embedded.ts";
import { eventually } from "./wait.ts";

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface TestServers {
  databaseUrl: string;
  redisUrl: string;
}

/** Every run's folders, named `<use>-<pid>-…`; one whose process died is removed by the next run. */
const FOLDER = join(tmpdir(), `leadline-tests-${process.getuid?.() ?? 0}`);
const START_DEADLINE_MS = 60_000;

let started: Promise<Shared> | null = null;

/**
 * The Postgres and Redis that all test files of this process share: those of TEST_DATABASE_URL and
 * TEST_REDIS_URL, else private ones that live as long as the process.
 */
export async function testServers(): Promise<TestServers> {
  const databaseUrl = process.env["TEST_DATABASE_URL"];
  const redisUrl = process.env["TEST_REDIS_URL"];
  if (databaseUrl && redisUrl) return { databaseUrl, redisUrl };
  started ??= startShared([databaseUrl ? "" : "postgres", redisUrl ? "" : "redis"]);
  const own = await started;
  return {
    databaseUrl: databaseUrl ?? own.databaseUrl ?? "",
    redisUrl: redisUrl ?? own.redisUrl ?? "",
  };
}

interface Shared {
  databaseUrl: string | null;
  redisUrl: string | null;
  keeperPid: number;
}

async function startShared(wanted: readonly string[]): Promise<Shared> {
  await removeLeftovers();
  const dataDir = tempDir("shared");
  const keeperPid = startKeeper(dataDir, wanted);
  return await eventually(
    () => {
      if (!describeProcess(keeperPid)) throw new KeeperEnded(logTail(keeperLog(dataDir), 30));
      return { ...attachEmbedded(dataDir), keeperPid };
    },
    { timeoutMs: START_DEADLINE_MS, giveUpOn: KeeperEnded },
  );
}

class KeeperEnded extends Error {}

/** Through a shell that ends at once, so that the keeper is nobody's child. */
function startKeeper(dataDir: string, wanted: readonly string[]): number {
  const script = join(import.meta.dir, "keeper.ts");
  const args = [script, dataDir, String(process.pid), ...wanted];
  const shell = Bun.spawnSync(
    ["/bin/sh", "-c", '"$@" </dev/null >"$LOG" 2>&1 & echo $!', "sh"].concat(
      [process.execPath, "--no-env-file"],
      args,
    ),
    { env: { PATH: process.env["PATH"], LOG: keeperLog(dataDir) } },
  );
  return Number.parseInt(shell.stdout.toString(), 10);
}

function keeperLog(dataDir: string): string {
  return join(dataDir, "keeper.log");
}

/** Only asks: the keeper stops the servers and removes their folder in its own time. */
export async function stopTestServers(): Promise<void> {
  const running = started;
  started = null;
  if (running) signalProcess((await running).keeperPid, "SIGTERM");
}

/** A private folder, removed by a later run if this one cannot. */
export function tempDir(name: string): string {
  mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
  return mkdtempSync(join(FOLDER, `${name}-${process.pid}-`));
}

async function removeLeftovers(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
  for (const name of readdirSync(FOLDER)) {
    const dir = join(FOLDER, name);
    const pid = Number(/-(\d+)-[^-]*$/.exec(name)?.[1] ?? 0);
    if ((pid > 0 && processExists(pid)) || folderHolder(dir) !== null) continue;
    await endLeftovers(dir);
    rmSync(dir, { recursive: true, force: true });
  }
}
