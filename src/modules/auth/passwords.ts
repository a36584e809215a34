import { t } from "elysia";
import { AppError } from "../../lib/errors.ts";

/** Nobody's password, hashed like everybody's: unknown addresses cost the same work as known ones. */
export const NOBODYS_HASH =
  "$argon2id$v=19$m=65536,t=2,p=1$uTc0uq8xV2TxzamXz6WdvLhINDw255mNkBt+4tvDYwQ$j4NVSajj551CeCvNfXzUdePf98istK/hxA/z5FfKW/0";

/** A hash takes 64 MiB and tens of milliseconds of a core: more at once would starve the process. */
const CONCURRENT_HASHES = 2;
const WAITING_HASHES = 64;

/** A password somebody chooses. */
export const NewPassword = t.String({
  minLength: 10,
  maxLength: 200,
  description: "At least 10 characters. Any will do; long is better than odd.",
  examples: ["correct horse battery"],
});

/** A password somebody claims to have. */
export const GivenPassword = t.String({ minLength: 1, maxLength: 200 });

export interface Passwords {
  /** Argon2id. Both fail with `too_many_requests` while too many wait already. */
  hash(password: string): Promise<string>;
  verify(password: string, passwordHash: string): Promise<boolean>;
}

/** Hashing, a few at a time: a flood of sign-ins waits, and does not take the process with it. */
export function createPasswords(): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= CONCURRENT_HASHES) {
      if (waiting.length >= WAITING_HASHES) {
        throw new AppError("too_many_requests", "Too many people sign in at this moment.");
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    hash: (password) => inTurn(() => Bun.password.hash(password, "argon2id")),
    verify: (password, passwordHash) => inTurn(() => Bun.password.verify(password, passwordHash)),
  };
}

/** Fails with `invalid_input` for a password that whoever knows the person would try first. */
export function requireDecent(password: string, email: string): void {
  const [name = ""] = email.split("@");
  const plain = password.trim().toLowerCase();
  if (plain.length >= 10 && plain !== email && plain !== name && new Set(plain).size > 3) return;
  throw new AppError("invalid_input", "Choose a password that is not your address or one letter.");
}
