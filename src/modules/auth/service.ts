import type { Db } from "../../db/client.ts";
import type { Principal } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import type { LoginLimits } from "./login-limits.ts";
import type { LoginBody } from "./model.ts";
import { startSession } from "./sessions.ts";

/** Nobody's password, hashed like everybody's: unknown addresses cost the same work as known ones. */
const NOBODYS_HASH =
  "$argon2id$v=19$m=65536,t=2,p=1$uTc0uq8xV2TxzamXz6WdvLhINDw255mNkBt+4tvDYwQ$j4NVSajj551CeCvNfXzUdePf98istK/hxA/z5FfKW/0";

export interface LoginDeps {
  db: Db;
  limits: LoginLimits;
  /** Whether the password has this hash: slow on purpose. */
  verifyPassword(password: string, passwordHash: string): Promise<boolean>;
}

/**
 * Signs a person in. Fails with `unauthenticated`, always in the same words and after the same work:
 * whether the address is unknown, the password wrong, or the organization not theirs. Fails with
 * `too_many_requests` when the account or the address had too many wrong tries.
 */
export async function login(
  { db, limits, verifyPassword }: LoginDeps,
  { email, password, organizationId }: LoginBody,
  address: string,
): Promise<{ token: string; principal: Principal }> {
  const account = email.trim().toLowerCase();
  await limits.spend(account, address);
  const user = await db.first<{ id: string; passwordHash: string }>`
    select id, password_hash from users where email = ${account}`;
  const isRight = await verifyPassword(password, user?.passwordHash ?? NOBODYS_HASH);
  const session = user && isRight ? await startSession(db, user.id, organizationId) : undefined;
  if (!session) throw new AppError("unauthenticated", "The e-mail or the password is not right.");
  await limits.forgive(account, address);
  return session;
}
