/** Failures in a row that open a model's breaker. */
export const FAILURES_TO_OPEN = 5;
/** How long it is left alone then; twice as long after each trial that fails. */
export const REST_MS = 10_000;
export const LONGEST_REST_MS = 60_000;
/** How long a trial may leave everybody else waiting for its end. */
export const TRIAL_MS = 20_000;
/** A model that was given less cannot be blamed for being late. */
export const PATIENCE_MS = 10_000;

/**
 * The breaker of one model of one server, in milliseconds that only go forward:
 * - closed: `restMs` 0. Everybody may ask.
 * - open: `restsUntilMs` ahead. Nobody asks, so that a turn goes to the fallback model at once.
 * - half-open: `restsUntilMs` is past. One call is let through and takes the next `TRIAL_MS` for itself; its
 *   success closes, its failure opens again for longer.
 */
export interface ModelBreaker {
  readonly failures: number;
  readonly restMs: number;
  readonly restsUntilMs: number;
  /** A trial is under way until it ends, or until then. */
  readonly trialUntilMs: number;
}

export const CLOSED: ModelBreaker = { failures: 0, restMs: 0, restsUntilMs: 0, trialUntilMs: 0 };

/** The breaker once one more call was let through; null if none may be now. */
export function afterAsking(breaker: ModelBreaker, nowMs: number): ModelBreaker | null {
  if (breaker.restMs === 0) return breaker;
  const closedUntilMs = Math.max(breaker.restsUntilMs, breaker.trialUntilMs);
  return closedUntilMs > nowMs ? null : { ...breaker, trialUntilMs: nowMs + TRIAL_MS };
}

interface Failed {
  /** How long the server asked to be left alone. */
  retryAfterMs: number | null;
  /** Whether the breaker was half-open when the call was let through. */
  wasTrial: boolean;
}

/** After a call to which the server gave no usable answer. */
export function afterFailure(
  breaker: ModelBreaker,
  nowMs: number,
  { retryAfterMs, wasTrial }: Failed,
): ModelBreaker {
  const askedMs = Math.min(retryAfterMs ?? 0, LONGEST_REST_MS);
  const failures = breaker.failures + 1;
  if (breaker.restMs > 0 && !wasTrial) {
    // It was under way when the breaker opened, and tells nothing new but what was asked for.
    return { ...breaker, failures, restsUntilMs: Math.max(breaker.restsUntilMs, nowMs + askedMs) };
  }
  const isOpening = wasTrial || failures >= FAILURES_TO_OPEN;
  const ownMs = isOpening ? Math.min(Math.max(REST_MS, breaker.restMs * 2), LONGEST_REST_MS) : 0;
  const restMs = Math.max(ownMs, askedMs);
  if (restMs === 0) return { ...breaker, failures };
  return { failures, restMs, restsUntilMs: nowMs + restMs, trialUntilMs: 0 };
}
