import { messageOf } from "./errors.ts";
import type { Log } from "./ports.ts";
import type { StreamName } from "./topology.ts";

/**
 * What became of one delivery: done; retried later; waiting for a dependency without a try spent;
 * buried; or lost to another owner, who settles it.
 */
export type Outcome = "done" | "retried" | "waiting" | "buried" | "lost";

/** Why an entry was taken from its owner. */
export type TakenFrom = "retry" | "dead-owner" | "hung-handler" | "lost-reply";

/** What metrics may want to know. Called synchronously. */
export interface Observe {
  processed(stream: StreamName, outcome: Outcome, durationMs: number): void;
  reclaimed(stream: StreamName, from: TakenFrom): void;
  /** Entries whose bytes were deleted while they were pending: work that nobody can do any more. */
  lostPayload(stream: StreamName, count: number): void;
  breaker(dependency: string, open: boolean): void;
}

/** The observer with silence for what it does not watch; one that throws disturbs no settlement. */
export function observing(observe: Partial<Observe> | undefined, log: Log): Observe {
  return {
    processed: guarded(observe?.processed, log),
    reclaimed: guarded(observe?.reclaimed, log),
    lostPayload: guarded(observe?.lostPayload, log),
    breaker: guarded(observe?.breaker, log),
  };
}

/** A callback that never throws into the runtime. */
export function guarded<Args extends readonly unknown[]>(
  callback: ((...args: Args) => void) | undefined,
  log: Log,
): (...args: Args) => void {
  return (...args) => {
    try {
      callback?.(...args);
    } catch (error) {
      log.error({ error: messageOf(error) }, "an observer of the streams threw");
    }
  };
}
