import { randomBytes } from "node:crypto";
import { AppError } from "../../lib/errors.ts";
import { type Mail, oneLine, type SendMail } from "../../lib/mail.ts";
import { sha256 } from "../../lib/sha256.ts";
import { accountOf, type Visitor, visitingActor } from "./identify.ts";
import type { ForgotPasswordBody, ResetPasswordBody } from "./model.ts";
import { requireDecent } from "./passwords.ts";
import type { AuthServiceDeps } from "./service.ts";
import { endSessions } from "./sessions.ts";

const TOKEN_PREFIX = "ll_reset_";
const TOKEN_MINUTES = 60;

export interface PasswordResetDeps extends AuthServiceDeps {
  sendMail: SendMail;
  publicUrl: string;
}

/**
 * Sends a link for a new password, if there is such a person: one statement and no waiting for the mail
 * in either case, so that nothing tells which it was. Fails with `too_many_requests`.
 */
export async function forgotPassword(
  { db, limits, sendMail, publicUrl }: PasswordResetDeps,
  body: ForgotPasswordBody,
  { address }: Visitor,
): Promise<void> {
  const email = accountOf(body.email);
  await limits.resetMail(email, address);
  const token = `${TOKEN_PREFIX}${randomBytes(32).toString("base64url")}`;
  const person = await db.first<{ name: string }>`
    with person as (
      select id, name from users where email = ${email}
    ), made as (
      insert into password_resets (token_hash, user_id, expires_at)
      select ${sha256(token)}, id, now() + ${TOKEN_MINUTES} * interval '1 minute' from person
    )
    select name from person`;
  if (person) sendMail(resetMail(email, person.name, `${publicUrl}/reset-password#${token}`));
}

/**
 * Sets the password of the token's person, ends all their sessions and spends their other links. Fails
 * with `not_found` for a token that is unknown, used or too old, with `invalid_input` for a password
 * that is too easy, and with `too_many_requests`.
 */
export async function resetPassword(
  deps: PasswordResetDeps,
  { token, password }: ResetPasswordBody,
  visitor: Visitor,
): Promise<void> {
  const { limits, passwords, mutate } = deps;
  await limits.link(visitor.address);
  const person = await findPerson(deps, token);
  requireDecent(password, person.email);
  const passwordHash = await passwords.hash(password);
  const [home = null, ...others] = person.organizationIds;
  await mutate(visitingActor(person, visitor, home ?? ""), async (change) => {
    const spent = await change.rows<{ tokenHash: string }>`
      delete from password_resets where user_id = ${person.id}
      returning token_hash`;
    if (!spent.some(({ tokenHash }) => tokenHash === sha256(token))) throw deadToken();
    await change.rows`
      update users set password_hash = ${passwordHash} where id = ${person.id}`;
    const sessions = await endSessions(change, person.id, "password");
    // Each of their organizations has to know; a person without any is the installation's matter.
    for (const organizationId of [home, ...others]) {
      const after = { sessions };
      change.audit({
        action: "user.password_reset",
        resourceId: person.id,
        after,
        organizationId,
      });
    }
  });
  await limits.forgive(person.email, visitor.address);
}

interface TokenPerson {
  id: string;
  name: string;
  email: string;
  organizationIds: string[];
}

async function findPerson(
  { db }: Pick<PasswordResetDeps, "db">,
  token: string,
): Promise<TokenPerson> {
  const person = await db.first<TokenPerson>`
    select u.id, u.name, u.email, array(select m.organization_id::text from memberships m
      where m.user_id = u.id and m.removed_at is null order by m.created_at) as organization_ids
    from password_resets r join users u on u.id = r.user_id
    where r.token_hash = ${sha256(token)} and r.expires_at > now()`;
  if (!person) throw deadToken();
  return person;
}

function deadToken(): AppError {
  return new AppError("not_found", "The link is unknown, used, or too old. Ask for another.");
}

function resetMail(to: string, name: string, link: string): Mail {
  return {
    kind: "password_reset",
    to,
    subject: "Choose a new password for Leadline",
    text: `Hello ${oneLine(name)},

somebody, most likely you, asked for a new password. Choose it here within an hour:

${link}

The link works once. If it was not you, do nothing: your password stays as it is.`,
  };
}
