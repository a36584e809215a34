import type { Db } from "../../db/client.ts";
import { type Actor, actorOf, type Person } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import type { Mutate } from "../mutate.ts";
import { endSession } from "./end-session.ts";
import { accountOf, wrongCredentials } from "./identify.ts";
import type { AuthLimits } from "./limits.ts";
import type { LoginBody, PasswordBody, Started } from "./model.ts";
import { NOBODYS_HASH, type Passwords, requireDecent } from "./passwords.ts";
import { type Device, describe, endSessions, type NewSession, startSession } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

export interface AuthServiceDeps {
  db: Db;
  mutate: Mutate;
  tokens: Tokens;
  limits: AuthLimits;
  passwords: Passwords;
}

/** What a new session is answered with: the refresh token goes into a cookie or the body. */
export interface Opened {
  refreshToken: string;
  started: Omit<Started, "refreshToken">;
}

/**
 * Signs a person in. Fails with `unauthenticated`, always in the same words and after the same work:
 * whether the address is unknown, the password wrong, or the organization not theirs. Fails with
 * `too_many_requests` when the account or the address had too many wrong tries.
 */
export async function login(
  deps: AuthServiceDeps,
  { email, password, organizationId }: LoginBody,
  device: Device & { address: string },
): Promise<Opened> {
  const { db, limits, passwords } = deps;
  const account = accountOf(email);
  await limits.password(account, device.address);
  const user = await db.first<{ id: string; passwordHash: string }>`
    select id, password_hash from users where email = ${account}`;
  const isRight = await passwords.verify(password, user?.passwordHash ?? NOBODYS_HASH);
  const session =
    user && isRight ? await startSession(db, user, organizationId, device) : undefined;
  if (!session) throw wrongCredentials();
  await limits.forgive(account, device.address);
  return await open(deps, session);
}

/** Tokens for a session as it stands, and who it is. */
export async function open(
  { db, tokens }: Pick<AuthServiceDeps, "db" | "tokens">,
  { person, salt, generation }: NewSession,
): Promise<Opened> {
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

/** Ends the session at once; its sockets follow within seconds. Ending it twice is fine. */
export async function logout({ mutate }: Pick<AuthServiceDeps, "mutate">, person: Person) {
  await endSession(mutate, actorOf(person), person, "logout");
}

/** Ends all of the person's sessions, in every organization, this one included. */
export async function logoutEverywhere(
  { mutate }: Pick<AuthServiceDeps, "mutate">,
  { userId }: Person,
  actor: Actor,
): Promise<void> {
  await mutate(actor, async (change) => {
    // A session that is just going over to another organization must not slip through.
    await change.rows`select 1 from users where id = ${userId} for update`;
    const ended = await endSessions(change, userId, "logout_everywhere");
    change.audit({ action: "user.signed_out", resourceId: userId, after: { sessions: ended } });
  });
}

/** Ends one of the person's own sessions. Fails with `not_found`. */
export async function endOwnSession(
  { mutate }: Pick<AuthServiceDeps, "mutate">,
  { userId }: Person,
  actor: Actor,
  sessionId: string,
): Promise<void> {
  const wasLiving = await endSession(mutate, actor, { userId, sessionId }, "revoked");
  if (!wasLiving) throw new AppError("not_found", "There is no such session.");
}

/**
 * Sets a new password; every other session of the person ends. Fails with `invalid_input` when the
 * old one is not right or the new one is too easy, with `conflict` when it was changed meanwhile, and
 * with `too_many_requests` after wrong tries.
 */
export async function changePassword(
  { db, mutate, limits, passwords }: AuthServiceDeps,
  { userId, sessionId }: Person,
  actor: Actor,
  { currentPassword, newPassword }: PasswordBody,
): Promise<void> {
  const user = await db.first<{ email: string; passwordHash: string }>`
    select email, password_hash from users where id = ${userId}`;
  if (!user) throw new AppError("unauthenticated", "There is no such person any more.");
  requireDecent(newPassword, user.email);
  const address = actor.address ?? "";
  await limits.password(user.email, address);
  if (!(await passwords.verify(currentPassword, user.passwordHash))) {
    throw new AppError("invalid_input", "The current password is not right.");
  }
  await limits.forgive(user.email, address);
  const passwordHash = await passwords.hash(newPassword);
  await mutate(actor, async (change) => {
    const changed = await change.first`
      update users set password_hash = ${passwordHash}
      where id = ${userId} and password_hash = ${user.passwordHash} returning id`;
    if (!changed) throw new AppError("conflict", "The password was changed a moment ago.");
    await change.rows`delete from password_resets where user_id = ${userId}`;
    const ended = await endSessions(change, userId, "password", { except: sessionId });
    change.audit({
      action: "user.password_changed",
      resourceId: userId,
      after: { sessions: ended },
    });
  });
}
