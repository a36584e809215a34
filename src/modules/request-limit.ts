import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Principal } from "../http/plugins/auth.ts";
import { AppError } from "../lib/errors.ts";

/** Requests of one session or key in a window: far above what people and sensible programs need. */
const POINTS = 1_200;
const WINDOW_SECONDS = 60;

/** Counts a request of the subject, a session or key. Fails with `too_many_requests`. */
export type RequestLimit = (
  subject: string,
  headers: Record<string, string | number>,
) => Promise<void>;

/**
 * Counts the requests of each subject, over all processes, and says in `RateLimit-*` headers how many
 * are left. While Redis is away each process counts for itself.
 */
export function createRequestLimit(redis: Redis, keyPrefix: string, points = POINTS): RequestLimit {
  const common = { keyPrefix, points, duration: WINDOW_SECONDS };
  const limiter = new RateLimiterRedis({
    ...common,
    storeClient: redis,
    // Who is over the limit is refused without asking Redis again.
    inMemoryBlockOnConsumed: points,
    insuranceLimiter: new RateLimiterMemory(common),
  });
  return async (subject, headers) => {
    // A refusal out of this process's memory knows no count: that it is one says all.
    let isOver = false;
    const spent = await limiter.consume(subject).catch((rejection: unknown) => {
      if (!(rejection instanceof RateLimiterRes)) throw rejection;
      isOver = true;
      return rejection;
    });
    const resetSeconds = Math.ceil(spent.msBeforeNext / 1_000);
    headers["ratelimit-limit"] = points;
    headers["ratelimit-remaining"] = spent.remainingPoints;
    headers["ratelimit-reset"] = resetSeconds;
    if (!isOver) return;
    throw new AppError("too_many_requests", `More than ${points} requests in a minute.`, {
      retryAfterMs: spent.msBeforeNext,
    });
  };
}

/** What a caller's requests are counted under. */
export function subjectOf(principal: Principal): string {
  return principal.kind === "person" ? principal.sessionId : principal.keyId;
}
