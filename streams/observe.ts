import type { StreamName } from "./topology.ts";

/**
 * What became of one delivery: done; retried later; waiting for a dependency without a try spent;
 * buried; or lost to another owner, who settles it.
 */
export type Outcome = "done" | "retried" | "waiting" | "buried" | "lost";

/** Why an entry was taken from its owner. */
export type TakenFrom = "retry" | "dead-owner" | "hung-handler" | "lost-reply";

/** What metrics may want to know. Called synchronously; must not throw. */
export interface Observe {
  processed(stream: StreamName, outcome: Outcome, durationMs: number): void;
  reclaimed(stream: StreamName, from: TakenFrom): void;
  /** Entries whose bytes were deleted while they were pending: work that nobody can do any more. */
  lostPayload(stream: StreamName, count: number): void;
  breaker(dependency: string, open: boolean): void;
}

const nothing = () => undefined;

/** The observer with silence for whatever it does not watch. */
export function observing(observe: Partial<Observe> = {}): Observe {
  return {
    processed: nothing,
    reclaimed: nothing,
    lostPayload: nothing,
    breaker: nothing,
    ...observe,
  };
}
