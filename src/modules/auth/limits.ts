import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../lib/errors.ts";
import { sha256 } from "../../lib/sha256.ts";

const WINDOW_SECONDS = 15 * 60;
const POINTS = {
  /** Wrong passwords for one account from one address. */
  accountFromAddress: 10,
  /** For one account from anywhere: so many that a stranger can hardly lock the owner out. */
  account: 100,
  /** From one address for anyone: an office shares one. */
  address: 50,
  /** Organizations made from one address. */
  signUp: 10,
  /** Mails about a forgotten password for one account, from one address and from anywhere. */
  mailFromAddress: 5,
  mailAccount: 20,
  /** Asked for from one address for anyone. */
  mailAddress: 30,
  /** Links of mails opened or used from one address. */
  link: 100,
  /** Invitations that one organization sends. */
  invitation: 50,
} as const;
type Limit = keyof typeof POINTS;

/** Bounds guessing and flooding, counted in Redis so that it holds over all processes. */
export interface AuthLimits {
  /** Counts a try of a password before it is made. All fail with `too_many_requests`. */
  password(email: string, address: string): Promise<void>;
  /** The password was right: the try does not count, and the pair starts afresh. */
  forgive(email: string, address: string): Promise<void>;
  signUp(address: string): Promise<void>;
  /** Whether there is such an account or not. */
  resetMail(email: string, address: string): Promise<void>;
  link(address: string): Promise<void>;
  invitation(organizationId: string): Promise<void>;
}

/** While Redis is away each process counts for itself. */
export function createAuthLimits(redis: Redis, keyPrefix: string): AuthLimits {
  const limiter = (name: Limit) => {
    const common = {
      keyPrefix: `${keyPrefix}:${name}`,
      points: POINTS[name],
      duration: WINDOW_SECONDS,
    };
    return new RateLimiterRedis({
      ...common,
      storeClient: redis,
      insuranceLimiter: new RateLimiterMemory(common),
    });
  };
  const counter = (name: Limit) => {
    const counted = limiter(name);
    return (key: string) => consume(counted, key);
  };
  const pairs = limiter("accountFromAddress");
  const accounts = limiter("account");
  const addresses = limiter("address");
  const mailPairs = counter("mailFromAddress");
  const mailAccounts = counter("mailAccount");
  const mailAddresses = counter("mailAddress");

  return {
    password: async (email, address) => {
      await consume(addresses, address);
      await consume(pairs, `${accountKey(email)}/${address}`);
      await consume(accounts, accountKey(email));
    },
    forgive: async (email, address) => {
      await Promise.all([
        pairs.delete(`${accountKey(email)}/${address}`),
        accounts.reward(accountKey(email), 1),
        addresses.reward(address, 1),
      ]);
    },
    resetMail: async (email, address) => {
      await mailAddresses(address);
      await mailPairs(`${accountKey(email)}/${address}`);
      await mailAccounts(accountKey(email));
    },
    signUp: counter("signUp"),
    link: counter("link"),
    invitation: counter("invitation"),
  };
}

async function consume(limiter: RateLimiterRedis, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    throw new AppError("too_many_requests", "Too many tries. Wait a while.", {
      retryAfterMs: rejection.msBeforeNext,
    });
  }
}

/** Redis is told nobody's address. */
function accountKey(email: string): string {
  return sha256(email);
}
