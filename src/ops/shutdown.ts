import { withDeadline } from "../lib/deadline.ts";
import { errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";

export interface StopStep {
  name: string;
  /** Longest this step may take; then the next one starts and the exit code is 1. */
  graceMs: number;
  stop: () => Promise<void> | void;
}

export interface Shutdown {
  /** Steps run in the order in which they were added: stop taking, finish, close, stop servers. */
  add(step: StopStep): void;
  /** Runs the steps and ends the process; the first call decides the code. Never resolves. */
  exit(code: number, reason: string): Promise<never>;
}

export interface ShutdownSettings {
  log: Log;
  /** Handed in for tests. */
  exitProcess?: (code: number) => never;
}

/** One Ctrl-C under `bun run` arrives twice: from the terminal and passed on by `bun run` (measured). */
const ECHO_MS = 300;

/**
 * Ends this process in order on SIGTERM, SIGINT and SIGHUP (code 0; 1 when a step failed or was cut
 * off). A second signal ends it at once. An uncaught exception or rejection ends it with 1 after the
 * same steps: postgres.js raises one when a backend dies at a bad moment, and what a process in that
 * state believes about its connections is wrong.
 */
export function handleShutdown({ log, exitProcess = process.exit }: ShutdownSettings): Shutdown {
  const steps: StopStep[] = [];
  let exiting: Promise<never> | null = null;
  let failed = false;
  const run = async (code: number, reason: string): Promise<never> => {
    log.info({ reason }, "stopping");
    for (const step of steps) failed = !(await runStep(step, log)) || failed;
    log.info({ failed }, "stopped");
    return exitProcess(failed ? Math.max(code, 1) : code);
  };
  const exit = (code: number, reason: string) => {
    exiting ??= run(code, reason);
    return exiting;
  };
  let askedAt = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: string) => {
    const isEcho = performance.now() - askedAt < ECHO_MS;
    if (exiting && !isEcho) exitProcess(1);
    if (!exiting) askedAt = performance.now();
    void exit(0, signal);
  };
  const onError = (error: unknown) => {
    log.error({ error }, "uncaught: this process cannot go on");
    failed = true;
    void exit(1, "uncaught error");
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => onSignal(signal));
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onError);
  return { add: (step) => steps.push(step), exit };
}

/** True when the step ended well and in time. */
async function runStep(step: StopStep, log: Log): Promise<boolean> {
  try {
    await withDeadline(Promise.resolve(step.stop()), step.graceMs, step.name);
    return true;
  } catch (error) {
    log.error({ step: step.name, reason: errorMessage(error) }, "a stop step failed");
    return false;
  }
}
