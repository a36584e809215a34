import { createHash, randomBytes } from "node:crypto";
import type { Db } from "../../db/client.ts";
import type { Principal } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { SignedIn, Ticket } from "./model.ts";

const SESSION_DAYS = 14;
export const SESSION_SECONDS = SESSION_DAYS * 24 * 60 * 60;
const TICKET_SECONDS = 30;

/** Not revoked, not expired, and the person is still a member: static SQL over session `s`. */
const LIVING = `s.revoked_at is null and s.expires_at > now()`;

const PRINCIPAL = `s.user_id, u.name, s.organization_id, s.id as session_id, m.role,
  exists (select 1 from operators o where o.user_id = s.user_id) as is_operator`;

const WHOSE = `join users u on u.id = s.user_id
  join memberships m on m.organization_id = s.organization_id and m.user_id = s.user_id`;

/**
 * Starts a session of a person in one of their organizations: the one asked for, else the first they
 * joined. Undefined when they are no member of it.
 */
export async function startSession(
  db: Db,
  userId: string,
  organizationId: string | undefined,
): Promise<{ token: string; principal: Principal } | undefined> {
  const token = newToken();
  const principal = await db.first<Principal>`
    with s as (
      insert into sessions (organization_id, id, user_id, token_hash, expires_at)
      select m.organization_id, ${newId()}, m.user_id, ${hash(token)},
        now() + ${SESSION_DAYS} * interval '1 day'
      from memberships m
      where m.user_id = ${userId}
        and m.organization_id = coalesce(${organizationId ?? null}::uuid, m.organization_id)
      order by m.created_at, m.organization_id limit 1
      returning *
    )
    select ${db.fragment(PRINCIPAL)} from s ${db.fragment(WHOSE)}`;
  return principal && { token, principal };
}

/** Whose living session this token is. Fails with `unauthenticated`. */
export async function authenticate(db: Db, token: string | null): Promise<Principal> {
  const principal =
    token === null
      ? undefined
      : await db.first<Principal>`
          with seen as (
            update sessions set seen_at = now()
            where token_hash = ${hash(token)} and seen_at < now() - interval '1 minute'
          )
          select ${db.fragment(PRINCIPAL)} from sessions s ${db.fragment(WHOSE)}
          where s.token_hash = ${hash(token)} and ${db.fragment(LIVING)}`;
  if (!principal) throw new AppError("unauthenticated", "There is no living session.");
  return principal;
}

/** The person and organization behind a principal, for the client to show. */
export async function describe(db: Db, principal: Principal): Promise<SignedIn> {
  const row = await db.first<{ email: string; organizationName: string }>`
    select u.email, o.name as organization_name from users u, organizations o
    where u.id = ${principal.userId} and o.id = ${principal.organizationId}`;
  if (!row) throw new AppError("unauthenticated", "There is no living session.");
  const { userId, name, organizationId, role, isOperator } = principal;
  return {
    user: { id: userId, name, email: row.email },
    organization: { id: organizationId, name: row.organizationName },
    role,
    isOperator,
  };
}

/** Ends a session at once; its sockets follow within seconds. Ending it twice is fine. */
export async function revoke(db: Db, organizationId: string, sessionId: string): Promise<void> {
  await db.rows`
    update sessions set revoked_at = now()
    where organization_id = ${organizationId} and id = ${sessionId} and revoked_at is null`;
}

/** A ticket that opens one live socket for the session, within 30 s. */
export async function issueTicket(db: Db, principal: Principal): Promise<Ticket> {
  const ticket = newToken();
  const row = await db.first<{ expiresAt: Date }>`
    with gone as (
      delete from live_tickets
      where organization_id = ${principal.organizationId} and session_id = ${principal.sessionId}
        and expires_at < now()
    )
    insert into live_tickets (organization_id, token_hash, session_id, expires_at)
    values (${principal.organizationId}, ${hash(ticket)}, ${principal.sessionId},
      now() + ${TICKET_SECONDS} * interval '1 second')
    returning expires_at`;
  if (!row) throw new AppError("internal", "An insert returned no row.");
  return { ticket, expiresAt: row.expiresAt.toISOString() };
}

/** Spends a ticket: whose it is, or null if it is unknown, spent, too old, or its session ended. */
export async function redeemTicket(db: Db, ticket: string): Promise<Principal | null> {
  const principal = await db.first<Principal>`
    with spent as (
      update live_tickets set used_at = now()
      where token_hash = ${hash(ticket)} and used_at is null and expires_at > now()
      returning organization_id, session_id
    )
    select ${db.fragment(PRINCIPAL)}
    from spent join sessions s on s.organization_id = spent.organization_id
      and s.id = spent.session_id ${db.fragment(WHOSE)}
    where ${db.fragment(LIVING)}`;
  return principal ?? null;
}

/** Those of the sessions that still live, as they stand now: roles may have changed. */
export async function livingSessions(db: Db, sessionIds: readonly string[]): Promise<Principal[]> {
  return await db.rows<Principal>`
    select ${db.fragment(PRINCIPAL)} from sessions s ${db.fragment(WHOSE)}
    where s.id = any(${[...sessionIds]}::uuid[]) and ${db.fragment(LIVING)}`;
}

function newToken(): string {
  return randomBytes(32).toString("base64url");
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
