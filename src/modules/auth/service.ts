import type { Db } from "../../db/client.ts";
import type { Actor, Person } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import type { Mutate } from "../mutate.ts";
import type { LoginLimits } from "./login-limits.ts";
import type { LoginBody, Started } from "./model.ts";
import { type Device, describe, type NewSession, startSession } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

/** Nobody's password, hashed like everybody's: unknown addresses cost the same work as known ones. */
const NOBODYS_HASH =
  "$argon2id$v=19$m=65536,t=2,p=1$uTc0uq8xV2TxzamXz6WdvLhINDw255mNkBt+4tvDYwQ$j4NVSajj551CeCvNfXzUdePf98istK/hxA/z5FfKW/0";

export interface LoginDeps {
  db: Db;
  mutate: Mutate;
  tokens: Tokens;
  limits: LoginLimits;
  /** Whether the password has this hash: slow on purpose. */
  verifyPassword(password: string, passwordHash: string): Promise<boolean>;
}

export interface Login {
  refreshToken: string;
  started: Started;
}

/**
 * Signs a person in. Fails with `unauthenticated`, always in the same words and after the same work:
 * whether the address is unknown, the password wrong, or the organization not theirs. Fails with
 * `too_many_requests` when the account or the address had too many wrong tries.
 */
export async function login(
  deps: LoginDeps,
  { email, password, organizationId }: LoginBody,
  device: Device & { address: string },
): Promise<Login> {
  const { db, limits, verifyPassword } = deps;
  const account = email.trim().toLowerCase();
  await limits.spend(account, device.address);
  const user = await db.first<{ id: string; passwordHash: string }>`
    select id, password_hash from users where email = ${account}`;
  const isRight = await verifyPassword(password, user?.passwordHash ?? NOBODYS_HASH);
  const session =
    user && isRight ? await startSession(db, user.id, organizationId, device) : undefined;
  if (!session) throw new AppError("unauthenticated", "The e-mail or the password is not right.");
  await limits.forgive(account, device.address);
  return await answer(deps, session);
}

async function answer(
  { db, tokens }: LoginDeps,
  { person, salt, generation }: NewSession,
): Promise<Login> {
  const { sessionId, userId } = person;
  const { accessToken, expiresAt } = await tokens.signAccess({ sessionId, userId });
  return {
    refreshToken: tokens.signRefresh({ sessionId, generation }, salt),
    started: {
      ...(await describe(db, person)),
      accessToken,
      expiresAt: expiresAt.toISOString(),
    },
  };
}

/** Ends the session at once; its sockets follow within seconds. */
export async function logout({ mutate }: LoginDeps, person: Person, actor: Actor): Promise<void> {
  await mutate(actor, async (change) => {
    await change.rows`
      update sessions set revoked_at = now(), revoked_reason = 'logout'
      where id = ${person.sessionId} and revoked_at is null`;
    change.audit({ action: "session.ended", resourceId: person.sessionId });
  });
}
