import { join } from "node:path";
import type { Role } from "../../src/config-variable.ts";
import { choosePort } from "../../src/ops/embedded/port.ts";
import { eventually } from "./wait.ts";

export interface LeadlineProcess {
  readonly pid: number;
  /** The API, or the health server of a role without one. */
  readonly url: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves once /health/ready answers 200; fails with the output when it ends before. */
  ready(timeoutMs?: number): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
  /** Its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

const ROOT = join(import.meta.dir, "..", "..");
const living = new Set<LeadlineProcess>();

/**
 * Starts a role of Leadline as a real process. It sees only `env` (and a PATH), no .env file, and
 * listens on a free port unless `env` names one.
 */
export async function startLeadline(
  role: Role,
  env: Readonly<Record<string, string>>,
): Promise<LeadlineProcess> {
  const hasApi = role === "all" || role === "api";
  const free = String(await choosePort(null));
  const ports = hasApi ? { PORT: free, HEALTH_PORT: "0" } : { HEALTH_PORT: free };
  const full = { ...inherited(), LOG_LEVEL: "info", ...ports, ...env, ROLE: role };
  const child = Bun.spawn([process.execPath, "--no-env-file", "src/main.ts"], {
    cwd: ROOT,
    env: full,
    stdout: "pipe",
    stderr: "pipe",
  });
  const printed = { text: "" };
  const drained = [collect(child.stdout, printed), collect(child.stderr, printed)];
  const url = `http://127.0.0.1:${hasApi ? full.PORT : full.HEALTH_PORT}`;
  const self: LeadlineProcess = {
    pid: child.pid,
    url,
    output: () => printed.text,
    ready: (timeoutMs = 15_000) => waitUntilReady(child, url, printed, timeoutMs),
    kill: (signal = "SIGKILL") => child.kill(signal),
    exited: child.exited.then(async () => {
      await Promise.all(drained);
      living.delete(self);
      return child.exitCode;
    }),
  };
  living.add(self);
  return self;
}

/** Kills what tests have left running. */
export async function stopProcesses(): Promise<void> {
  const left = [...living];
  for (const one of left) one.kill("SIGKILL");
  await Promise.all(left.map((one) => one.exited));
}

function inherited(): { PATH: string; HOME: string } {
  return { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
}

async function collect(stream: ReadableStream<Uint8Array>, into: { text: string }): Promise<void> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    into.text += decoder.decode(chunk.value, { stream: true });
  }
}

async function waitUntilReady(
  child: Pick<Bun.Subprocess, "exitCode" | "signalCode">,
  url: string,
  printed: { text: string },
  timeoutMs: number,
): Promise<void> {
  const isUp = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return "ended";
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    return answer?.ok ? "ready" : null;
  };
  const state = await eventually(isUp, { timeoutMs }).catch((error) => {
    throw new Error(`${error.message}\n${printed.text}`);
  });
  if (state === "ended") throw new Error(`It ended instead of becoming ready.\n${printed.text}`);
}
