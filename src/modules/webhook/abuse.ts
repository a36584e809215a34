import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** Failed signatures that one source may make in a window before it hears 429 instead of 401. */
const FAILURES_ALLOWED = 20;
const WINDOW_SECONDS = 60;

/** Counts failed signatures per source, in this process. */
export interface AbuseGuard {
  /** Counts one failure; answers how long the source is to stay away, or null while it is few. */
  failed(source: string): Promise<number | null>;
}

/**
 * Only failures are ever counted, and only after one: a signed webhook passes whatever its source
 * did before, because a proxy may put Meta and an attacker behind one address.
 */
export function createAbuseGuard(): AbuseGuard {
  const limiter = new RateLimiterMemory({ points: FAILURES_ALLOWED, duration: WINDOW_SECONDS });
  return {
    failed: async (source) => {
      try {
        await limiter.consume(source);
        return null;
      } catch (rejection) {
        if (rejection instanceof RateLimiterRes) return rejection.msBeforeNext;
        throw rejection;
      }
    },
  };
}
