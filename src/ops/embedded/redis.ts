import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { AppError } from "../../lib/errors.ts";
import {
  describeProcess,
  endProcess,
  logTail,
  signalProcess,
  startServerProcess,
  waitForServer,
} from "./process.ts";
import type { RunningServer } from "./running-server.ts";

export interface RedisSettings {
  /** Holds everything of this server; private to it. */
  dir: string;
  port: number;
  password: string;
}

const START_DEADLINE_MS = 15_000;
const STOP_GRACE_MS = 5_000;
const PING_DEADLINE_MS = 1_000;

/** Starts a private Redis that loses nothing it has acknowledged. */
export async function startRedis(settings: RedisSettings): Promise<RunningServer> {
  const { dir, port, password } = settings;
  const command = findRedis();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const configFile = configPath(dir);
  // The password stands in the file, because arguments are visible to every user of the machine.
  writeFileSync(configFile, configuration(settings), { mode: 0o600 });
  const logFile = join(dir, "redis.log");
  const server = startServerProcess({ command, args: [configFile], identity: null, logFile });
  writeFileSync(pidPath(dir), String(server.pid));
  const outcome = await waitForServer(server, () => answers(port, password), START_DEADLINE_MS);
  if (outcome !== "ready") {
    await endProcess(server.pid, "SIGKILL", 0);
    throw new AppError("queue_unavailable", `redis-server did not start:\n${logTail(logFile)}`);
  }
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    pid: server.pid,
    stop: () => endProcess(server.pid, "SIGTERM", STOP_GRACE_MS),
    signal: (name) => signalProcess(server.pid, name),
  };
}

function findRedis(): string {
  const command = Bun.which("redis-server") ?? Bun.which("valkey-server");
  if (command === null) {
    throw new AppError(
      "invalid_config",
      "redis-server is not installed. Install it: apt-get install redis-server / brew install redis, or set REDIS_URL.",
    );
  }
  return command;
}

function configuration({ dir, port, password }: RedisSettings): string {
  return [
    "bind 127.0.0.1",
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${dir}"`,
    "daemonize no",
    "appendonly yes",
    "appendfsync always",
    'save ""',
    "maxmemory-policy noeviction",
    // Shows our file in the process list: how a leftover is told from somebody else's Redis.
    'proc-title-template "{title} {listen-addr} {config-file}"',
    "",
  ].join("\n");
}

/** Ends a Redis of this folder whose parent died, so that its port and files are free. */
export async function endLeftoverRedis(dir: string): Promise<void> {
  const pid = readPid(dir);
  if (pid === null || !describeProcess(pid)?.command.includes(configPath(dir))) return;
  await endProcess(pid, "SIGTERM", STOP_GRACE_MS);
}

function readPid(dir: string): number | null {
  try {
    return Number.parseInt(readFileSync(pidPath(dir), "utf8"), 10);
  } catch {
    return null;
  }
}

function configPath(dir: string): string {
  return join(dir, "redis.conf");
}

function pidPath(dir: string): string {
  return join(dir, "redis.pid");
}

/** Whether this port answers PING to our password; false while it loads its file. */
function answers(port: number, password: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port, timeout: PING_DEADLINE_MS });
  let reply = "";
  const finish = (ready: boolean) => {
    socket.destroy();
    resolve(ready);
  };
  socket.on("connect", () => socket.write(`AUTH ${password}\r\nPING\r\n`));
  socket.on("data", (chunk) => {
    reply += chunk.toString();
    if (reply.split("\r\n").length > 2) finish(reply === "+OK\r\n+PONG\r\n");
  });
  socket.on("error", () => finish(false));
  socket.on("close", () => finish(false));
  socket.on("timeout", () => finish(false));
  return promise;
}
