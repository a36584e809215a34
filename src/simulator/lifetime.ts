import { errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";

/** Background work that ends with the simulator, or earlier by a reset. */
export interface Lifetime {
  signal(): AbortSignal;
  /** Starts a task nobody waits for; its failure is logged. */
  spawn(what: string, task: (signal: AbortSignal) => Promise<unknown>): void;
  /** Aborts everything under way and begins anew. */
  reset(): void;
  /** Aborts everything and waits for it. */
  stop(): Promise<void>;
}

export function createLifetime(log: Log): Lifetime {
  let controller = new AbortController();
  const tasks = new Set<Promise<void>>();
  return {
    signal: () => controller.signal,
    spawn(what, task) {
      const running = task(controller.signal)
        .then(() => undefined)
        .catch((error: unknown) => log.error({ error: errorMessage(error) }, `simulator: ${what}`))
        .finally(() => tasks.delete(running));
      tasks.add(running);
    },
    reset() {
      controller.abort();
      controller = new AbortController();
    },
    async stop() {
      controller.abort();
      await Promise.all(tasks);
    },
  };
}
