import { type SpawnOptions, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { sleep } from "../../lib/sleep.ts";

/** User and group a server runs as; null = the user we are. */
export type Identity = { uid: number; gid: number } | null;

export interface ServerCommand {
  command: string;
  args: readonly string[];
  identity: Identity;
  /** Receives standard output and error; moved to `<name>.1` when it has outgrown its limit. */
  logFile: string;
}

export interface ServerProcess {
  readonly pid: number;
  hasEnded(): boolean;
}

/** Nothing of ours is inherited: no secret, no locale, no time zone. */
export const SERVER_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

const LOG_LIMIT_BYTES = 8 * 1024 * 1024;
const POLL_MS = 10;

/**
 * Starts a server in its own session, so that a Ctrl-C meant for us does not stop it before we have
 * stopped using it. It keeps no event loop alive.
 */
export function startServerProcess(server: ServerCommand): ServerProcess {
  const log = openLog(server.logFile);
  const options: SpawnOptions = {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env: SERVER_ENVIRONMENT,
    ...(server.identity ?? {}),
  };
  try {
    const child = spawn(server.command, [...server.args], options);
    let ended = false;
    const markEnded = () => {
      ended = true;
    };
    child.once("exit", markEnded).once("error", markEnded);
    child.unref();
    return { pid: child.pid ?? 0, hasEnded: () => ended };
  } finally {
    closeSync(log);
  }
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

/** The last lines of a server's log, for an error message. */
export function logTail(path: string, lines = 5): string {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "(it wrote no log)";
  }
}

/** What the system knows of a living process; null when it is gone or a zombie. */
export function describeProcess(pid: number): { command: string; startMark: string } | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return process.platform === "linux" ? describeFromProc(pid) : describeFromPs(pid);
}

function describeFromProc(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; the fields after it start with the state.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { command, startMark: fields[19] ?? "" };
  } catch {
    return null;
  }
}

function describeFromPs(pid: number) {
  const ps = Bun.spawnSync(["ps", "-ww", "-o", "stat=,lstart=,command=", "-p", String(pid)]);
  const match = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)/.exec(ps.stdout.toString());
  if (!match || match[1]?.startsWith("Z")) return null;
  return { command: match[3] ?? "", startMark: match[2] ?? "" };
}

/** Signals a process; false when there is none. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Whether the system still has the pid, be it as a zombie that nobody has collected. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Ends a process: `signal` first, SIGKILL after `graceMs`. Resolves when it is gone, seen by looking
 * rather than by an exit event, because it may not be our child and Bun has lost such events.
 */
export async function endProcess(pid: number, signal: NodeJS.Signals, graceMs: number) {
  const startMark = describeProcess(pid)?.startMark;
  if (startMark === undefined) return;
  const isGone = () => describeProcess(pid)?.startMark !== startMark;
  signalProcess(pid, signal);
  const killAt = performance.now() + graceMs;
  while (!isGone()) {
    if (performance.now() > killAt) signalProcess(pid, "SIGKILL");
    await sleep(POLL_MS);
  }
}

/** Polls until `isReady` holds. Returns why it will not: the process ended, or the deadline passed. */
export async function waitForServer(
  server: ServerProcess,
  isReady: () => boolean | Promise<boolean>,
  deadlineMs: number,
): Promise<"ready" | "ended" | "late"> {
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    if (server.hasEnded()) return "ended";
    if (await isReady()) return "ready";
    await sleep(POLL_MS);
  }
  return "late";
}
