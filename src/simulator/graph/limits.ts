/** Meta's bounds on how fast and when a number may write. Times are business time in epoch ms. */
export const WINDOW_MS = 24 * 60 * 60 * 1_000;
/** From our first answer to somebody whom an ad brought. */
export const FREE_ENTRY_MS = 72 * 60 * 60 * 1_000;
const PAIR_INTERVAL_MS = 6_000;
const PAIR_BURST = 45;

export interface RateLimiter {
  /** Takes one message of this key if it is allowed now. */
  take(key: string, nowMs: number): boolean;
  reset(): void;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

const MAX_BUCKETS = 50_000;

/** A token bucket per key: `burst` at once, then one per `intervalMs`. */
function createRateLimiter(burst: number, intervalMs: number): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(key, nowMs) {
      const bucket = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const gained = Math.max(0, nowMs - bucket.atMs) / intervalMs;
      const tokens = Math.min(burst, bucket.tokens + gained);
      if (buckets.size >= MAX_BUCKETS) buckets.clear();
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
      return tokens >= 1;
    },
    reset: () => buckets.clear(),
  };
}

/** One message per 6 s between a number and a person, with a burst of 45. */
export function createPairLimiter(): RateLimiter {
  return createRateLimiter(PAIR_BURST, PAIR_INTERVAL_MS);
}

/** Messages per second of one number. */
export function createThroughputLimiter(perSecond: number): RateLimiter {
  return createRateLimiter(perSecond, 1_000 / perSecond);
}
