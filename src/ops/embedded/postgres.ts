import { spawnSync } from "node:child_process";
import { chownSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../lib/errors.ts";
import { sleep } from "../../lib/sleep.ts";
import { type PostgresHome, postgresVersion } from "./postgres-home.ts";
import {
  describeProcess,
  endProcess,
  logTail,
  processExists,
  SERVER_ENVIRONMENT,
  signalProcess,
  startServerProcess,
  waitForServer,
} from "./process.ts";
import type { RunningServer } from "./running-server.ts";

export interface PostgresSettings {
  home: PostgresHome;
  logFile: string;
  port: number;
  password: string;
  /** False only for tests: the data may be lost when the machine (not the process) crashes. */
  durable: boolean;
}

const START_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const ORPHANS_END_WITHIN_MS = 5_000;
const ORPHANS_POLL_MS = 100;
const COLLECTED_WITHIN_MS = 2_000;
const POLL_MS = 10;

/** Starts Postgres with a database `leadline`, made on first use. */
export async function startPostgres(settings: PostgresSettings): Promise<RunningServer> {
  const { home, port, password } = settings;
  const found = clusterVersion(home);
  if (found === null) createCluster(settings);
  else refuseOtherVersion(home, found);
  const pid = await startPatiently(settings);
  return {
    url: `postgres://leadline:${password}@127.0.0.1:${port}/leadline`,
    pid,
    // SIGINT is Postgres's fast shutdown: it disconnects everybody and writes a checkpoint.
    stop: () => endProcess(pid, "SIGINT", STOP_GRACE_MS),
    signal: (name) => signalProcess(pid, name),
  };
}

/** Backends of a killed server hold its memory until they notice; Postgres waits for nobody, we do. */
async function startPatiently(settings: PostgresSettings): Promise<number> {
  const deadline = performance.now() + ORPHANS_END_WITHIN_MS;
  for (;;) {
    const pid = await startOnce(settings);
    if (pid !== null) return pid;
    const tail = logTail(settings.logFile);
    if (!tail.includes("still in use") || performance.now() > deadline) {
      throw new AppError("database_unavailable", `Postgres did not start:\n${tail}`);
    }
    await sleep(ORPHANS_POLL_MS);
  }
}

/** The pid of a server that accepts connections, or null when it would not start. */
async function startOnce(settings: PostgresSettings): Promise<number | null> {
  const { home, logFile } = settings;
  const server = startServerProcess({
    command: join(home.nativeDir, "bin", "postgres"),
    args: serverArguments(settings),
    identity: home.identity,
    logFile,
  });
  // The server itself writes its state on the eighth line.
  const isReady = () =>
    pidFileLine(home, 0) === String(server.pid) && pidFileLine(home, 7)?.trim() === "ready";
  const outcome = await waitForServer(server, isReady, START_DEADLINE_MS);
  if (outcome === "ready") return server.pid;
  await endProcess(server.pid, "SIGQUIT", STOP_GRACE_MS);
  return null;
}

function serverArguments({ home, port, durable }: PostgresSettings): string[] {
  const options = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "log_min_messages=error",
    // A new installation's plans are made for empty tables until the first analyze.
    "autovacuum_naptime=5s",
    ...(durable ? [] : ["fsync=off", "full_page_writes=off"]),
  ];
  return ["-D", clusterDir(home), "-p", String(port), ...options.flatMap((o) => ["-c", o])];
}

/** The major version that wrote this cluster; null when there is none yet. */
function clusterVersion(home: PostgresHome): string | null {
  try {
    return readFileSync(join(clusterDir(home), "PG_VERSION"), "utf8").trim();
  } catch {
    return null;
  }
}

function refuseOtherVersion(home: PostgresHome, found: string): void {
  const ours = /\d+/.exec(postgresVersion(home.nativeDir))?.[0];
  if (found === ours) return;
  throw new AppError(
    "invalid_config",
    `The data in ${clusterDir(home)} was written by Postgres ${found}; this Leadline brings Postgres ${ours}. Dump it with the version that wrote it, or move the folder away to start with an empty database.`,
    { found, ours },
  );
}

/** Made aside and renamed when complete, so that a half-made cluster is never taken for one. */
function createCluster(settings: PostgresSettings): void {
  const { home, password, durable } = settings;
  const draft = join(home.dir, "cluster.new");
  const passwordFile = join(home.dir, "password");
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.identity) chownSync(passwordFile, home.identity.uid, home.identity.gid);
  try {
    run(home, "initdb", [
      `--pgdata=${draft}`,
      "--username=leadline",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(durable ? [] : ["--no-sync"]),
    ]);
    run(home, "postgres", ["--single", "-D", draft, "postgres"], "create database leadline;\n");
    renameSync(draft, clusterDir(home));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function run(home: PostgresHome, program: string, args: readonly string[], input = ""): void {
  const result = spawnSync(join(home.nativeDir, "bin", program), [...args], {
    cwd: "/",
    env: SERVER_ENVIRONMENT,
    input,
    timeout: START_DEADLINE_MS,
    ...(home.identity ?? {}),
  });
  if (result.status === 0) return;
  throw new AppError(
    "database_unavailable",
    `${program} could not make the embedded database:\n${result.stderr.toString().trim()}`,
  );
}

/** Ends a Postgres of this folder whose parent died, so that its port and files are free. */
export async function endLeftoverPostgres(home: PostgresHome): Promise<void> {
  const pid = Number.parseInt(pidFileLine(home, 0) ?? "", 10);
  if (Number.isNaN(pid)) return;
  if (describeProcess(pid)?.command.includes(clusterDir(home))) {
    await endProcess(pid, "SIGINT", STOP_GRACE_MS);
  }
  // A killed one may be a zombie for a moment, which Postgres would take for a running server.
  const deadline = performance.now() + COLLECTED_WITHIN_MS;
  while (processExists(pid) && !describeProcess(pid) && performance.now() < deadline) {
    await sleep(POLL_MS);
  }
  // Never collected, or the pid is somebody else's now: the folder lock says that it is not in use.
  if (processExists(pid)) rmSync(join(clusterDir(home), "postmaster.pid"), { force: true });
}

function pidFileLine(home: PostgresHome, index: number): string | undefined {
  try {
    return readFileSync(join(clusterDir(home), "postmaster.pid"), "utf8").split("\n")[index];
  } catch {
    return undefined;
  }
}

function clusterDir(home: PostgresHome): string {
  return join(home.dir, "cluster");
}
