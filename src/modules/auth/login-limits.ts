import { createHash } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../lib/errors.ts";

const WINDOW_SECONDS = 15 * 60;
/** Wrong passwords in a window: for one account from anywhere, and from one address for anyone. */
const PER_ACCOUNT = 10;
const PER_ADDRESS = 50;

/** Bounds guessing, counted in Redis so that it holds over all processes. */
export interface LoginLimits {
  /** Counts a try before it is made. Fails with `too_many_requests` when there were too many. */
  spend(email: string, address: string): Promise<void>;
  /** The try was right: it does not count, and the account starts afresh. */
  forgive(email: string, address: string): Promise<void>;
}

/** `redis` is any ioredis client. While it is away each process counts for itself. */
export function createLoginLimits(redis: object, keyPrefix: string): LoginLimits {
  const limiter = (name: string, points: number) => {
    const common = { keyPrefix: `${keyPrefix}:${name}`, points, duration: WINDOW_SECONDS };
    return new RateLimiterRedis({
      ...common,
      storeClient: redis,
      insuranceLimiter: new RateLimiterMemory(common),
    });
  };
  const accounts = limiter("account", PER_ACCOUNT);
  const addresses = limiter("address", PER_ADDRESS);

  return {
    spend: async (email, address) => {
      await consume(addresses, address);
      await consume(accounts, accountKey(email));
    },
    forgive: async (email, address) => {
      await Promise.all([accounts.delete(accountKey(email)), addresses.reward(address, 1)]);
    },
  };
}

async function consume(limiter: RateLimiterRedis, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    throw new AppError("too_many_requests", "Too many sign-ins failed.", {
      retryAfterMs: rejection.msBeforeNext,
    });
  }
}

/** Redis is told nobody's address. */
function accountKey(email: string): string {
  return createHash("sha256").update(email).digest("hex");
}
