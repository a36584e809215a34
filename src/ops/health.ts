import { withDeadline } from "../lib/deadline.ts";
import { AppError, errorMessage } from "../lib/errors.ts";
import { redactText } from "./redact.ts";

/** Resolves when the dependency can be used, rejects with the reason when it cannot. */
export type DependencyCheck = () => Promise<void>;

export interface DependencyHealth {
  ok: boolean;
  /** Why not, in words. */
  reason: string | null;
  durationMs: number;
}

export interface Readiness {
  ready: boolean;
  dependencies: Record<string, DependencyHealth>;
  /** Why work stands still although the process lives; null when it does not. */
  stuck: string | null;
}

export interface Liveness {
  alive: boolean;
  reason: string | null;
}

export interface Health {
  /** Whether a restart would help. Asks no dependency: a restart does not bring Postgres back. */
  live(): Liveness;
  /** Whether to send traffic here. */
  ready(): Promise<Readiness>;
  /** From now on not ready: the process is shutting down. */
  drain(): void;
}

export interface HealthSettings {
  checks: Readonly<Record<string, DependencyCheck>>;
  /** Tells why this process does not get on with its work, in words, or null. */
  stuck?: () => string | null;
  deadlineMs?: number;
}

const DEADLINE_MS = 1_500;

export function createHealth(settings: HealthSettings): Health {
  const { checks, stuck = () => null, deadlineMs = DEADLINE_MS } = settings;
  let draining = false;
  // Each probe opens no second round while one is under way: a black hole must not pile up checks.
  let underWay: Promise<Record<string, DependencyHealth>> | null = null;
  const askAll = () => {
    underWay ??= checkAll(checks, deadlineMs).finally(() => {
      underWay = null;
    });
    return underWay;
  };
  return {
    live: () => {
      const reason = stuck();
      return { alive: reason === null, reason };
    },
    ready: async () => {
      const dependencies = { ...(await askAll()) };
      if (draining) {
        dependencies["process"] = { ok: false, reason: "It is shutting down.", durationMs: 0 };
      }
      const reason = stuck();
      const allOk = Object.values(dependencies).every((dependency) => dependency.ok);
      return { ready: allOk && reason === null, dependencies, stuck: reason };
    },
    drain: () => {
      draining = true;
    },
  };
}

async function checkAll(checks: HealthSettings["checks"], deadlineMs: number) {
  const entries = Object.entries(checks).map(async ([name, check]) => {
    return [name, await checkOne(name, check, deadlineMs)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function checkOne(
  name: string,
  check: DependencyCheck,
  deadlineMs: number,
): Promise<DependencyHealth> {
  const startedAt = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAt);
  try {
    await withDeadline(check(), deadlineMs, name);
    return { ok: true, reason: null, durationMs: durationMs() };
  } catch (error) {
    return { ok: false, reason: redactText(reasonOf(error)), durationMs: durationMs() };
  }
}

/** A driver's error often says nothing by itself (an empty AggregateError); its code then does. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const message = errorMessage(error);
  if (message !== "") return message;
  return error instanceof Error && "code" in error ? String(error.code) : "It failed.";
}
