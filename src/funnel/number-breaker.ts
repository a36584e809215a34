/** Sends in a row without a clear answer that open a number's breaker. */
export const UNCLEAR_TO_OPEN = 3;
/** How long an open breaker lets nothing through. */
export const REST_MS = 60_000;
/** How long a send that was let through in recovery may leave everybody else waiting for its end. */
export const TRIAL_MS = 20_000;
/** Sends that may go out at once, at which a number counts as well again. */
export const RECOVERED_AT = 16;

/**
 * The breaker of one WhatsApp number, as its row holds it:
 * - closed: `unclearStreak` below three, `credits` null. Everything goes out as the pacer allows.
 * - open: `pausedUntil` ahead, `credits` null. Nothing is claimed, so no try is spent.
 * - half-open: `pausedUntil` is past. One send is let through; it takes the next `TRIAL_MS` for itself.
 * - recovering: `credits` not null. Each send takes one, each clear answer gives two: 1, 2, 4, 8 …
 */
export interface NumberBreaker {
  readonly unclearStreak: number;
  readonly pausedUntilMs: number | null;
  readonly credits: number | null;
}

export const CLOSED: NumberBreaker = { unclearStreak: 0, pausedUntilMs: null, credits: null };

function isClosed({ unclearStreak, credits }: NumberBreaker): boolean {
  return unclearStreak < UNCLEAR_TO_OPEN && credits === null;
}

/** The breaker after a send was let through; null when none may go now. */
export function afterClaim(breaker: NumberBreaker, nowMs: number): NumberBreaker | null {
  if (isClosed(breaker)) return breaker;
  const { credits, pausedUntilMs } = breaker;
  if ((credits ?? 0) <= 0 && (pausedUntilMs ?? nowMs) > nowMs) return null;
  return {
    ...breaker,
    credits: credits === null ? null : Math.max(0, credits - 1),
    pausedUntilMs: nowMs + TRIAL_MS,
  };
}

/** After Meta answered clearly, were it with a refusal: it is there. */
export function afterAnswer(breaker: NumberBreaker): NumberBreaker {
  if (isClosed(breaker)) return CLOSED;
  const credits = (breaker.credits ?? 0) + 2;
  return credits >= RECOVERED_AT ? CLOSED : { ...breaker, unclearStreak: 0, credits };
}

/** After an unclear answer, or when Meta could not be reached. In recovery one is enough. */
export function afterUnclear(breaker: NumberBreaker, nowMs: number): NumberBreaker {
  const unclearStreak = isClosed(breaker)
    ? breaker.unclearStreak + 1
    : Math.max(UNCLEAR_TO_OPEN, breaker.unclearStreak + 1);
  return unclearStreak < UNCLEAR_TO_OPEN
    ? { ...breaker, unclearStreak }
    : { unclearStreak, pausedUntilMs: nowMs + REST_MS, credits: null };
}
