import { randomBytes } from "node:crypto";
import type { Db } from "../../db/client.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Person } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { OwnSession, SignedIn, Ticket } from "./model.ts";

const SESSION_DAYS = 30;
export const SESSION_SECONDS = SESSION_DAYS * 24 * 60 * 60;
const TICKET_SECONDS = 30;

/** Not revoked, not expired, and the person is still a member: static SQL over `s` and `m`. */
const LIVING = `s.revoked_at is null and s.expires_at > now() and m.removed_at is null`;

const PERSON = `'person' as kind, s.user_id, u.name, s.organization_id, s.id as session_id, m.role,
  exists (select 1 from operators o where o.user_id = s.user_id) as is_operator`;

const WHOSE = `join users u on u.id = s.user_id
  join memberships m on m.organization_id = s.organization_id and m.user_id = s.user_id`;

/** Where a session was started from, for its owner to recognise it. */
export interface Device {
  userAgent: string | null;
  address: string | null;
}

export interface NewSession {
  person: Person;
  salt: string;
  generation: number;
}

/**
 * Starts a session of a person in one of their organizations: the one asked for, else the first they
 * joined. Undefined when they are no member of it, or when the password that was checked is no longer
 * theirs: a change in between has ended all their sessions, and this one must not outlive it.
 */
export async function startSession(
  db: Pick<Db, "first" | "fragment"> | Transaction,
  { id: userId, passwordHash }: { id: string; passwordHash: string },
  organizationId: string | undefined,
  { userAgent, address }: Device,
): Promise<NewSession | undefined> {
  const salt = randomBytes(32).toString("base64url");
  const person = await db.first<Person>`
    with s as (
      insert into sessions (organization_id, id, user_id, salt, user_agent, address, expires_at)
      select m.organization_id, ${newId()}, m.user_id, ${salt}, ${userAgent}, ${address},
        now() + ${SESSION_DAYS} * interval '1 day'
      from (select id from users where id = ${userId} and password_hash = ${passwordHash} for share) u
        join memberships m on m.user_id = u.id
      where m.removed_at is null
        and m.organization_id = coalesce(${organizationId ?? null}::uuid, m.organization_id)
      order by m.created_at, m.organization_id limit 1
      returning *
    )
    select ${db.fragment(PERSON)} from s ${db.fragment(WHOSE)}`;
  return person && { person, salt, generation: 1 };
}

/** The person of a living session. Fails with `unauthenticated`. */
export async function personOf(db: Db, sessionId: string): Promise<Person> {
  const person = await db.first<Person>`
    with seen as (
      update sessions set seen_at = now()
      where id = ${sessionId} and seen_at < now() - interval '1 minute'
    )
    select ${db.fragment(PERSON)} from sessions s ${db.fragment(WHOSE)}
    where s.id = ${sessionId} and ${db.fragment(LIVING)}`;
  if (!person) throw new AppError("unauthenticated", "There is no living session.");
  return person;
}

/** A living session with what its refresh tokens are made of. */
export async function findSession(
  db: Db,
  sessionId: string,
  recentSeconds: number,
): Promise<{ person: Person; salt: string; generation: number; isRecent: boolean } | undefined> {
  const row = await db.first<Person & { salt: string; generation: number; isRecent: boolean }>`
    select ${db.fragment(PERSON)}, s.salt, s.generation,
      s.refreshed_at > now() - ${recentSeconds} * interval '1 second' as is_recent
    from sessions s ${db.fragment(WHOSE)}
    where s.id = ${sessionId} and ${db.fragment(LIVING)}`;
  if (!row) return undefined;
  const { salt, generation, isRecent, ...person } = row;
  return { person, salt, generation, isRecent };
}

/** The person and organization behind a session, for the client to show. */
export async function describe(
  db: Pick<Db, "first"> | Transaction,
  person: Person,
): Promise<SignedIn> {
  const row = await db.first<{ email: string; organizationName: string }>`
    select u.email, o.name as organization_name from users u, organizations o
    where u.id = ${person.userId} and o.id = ${person.organizationId}`;
  if (!row) throw new AppError("unauthenticated", "There is no living session.");
  const { userId, name, organizationId, role, isOperator } = person;
  return {
    user: { id: userId, name, email: row.email },
    organization: { id: organizationId, name: row.organizationName },
    role,
    isOperator,
  };
}

/** The person's living sessions, in every organization, last used first. */
export async function listSessions(db: Db, { userId, sessionId }: Person): Promise<OwnSession[]> {
  return await db.rows<OwnSession>`
    select s.id, o.name as organization_name, s.user_agent, s.address,
      ${db.fragment(utc("s.created_at"))} as created_at, ${db.fragment(utc("s.seen_at"))} as seen_at,
      s.id = ${sessionId} as is_current
    from sessions s join organizations o on o.id = s.organization_id
      join memberships m on m.organization_id = s.organization_id and m.user_id = s.user_id
    where s.user_id = ${userId} and ${db.fragment(LIVING)}
    order by s.seen_at desc limit 100`;
}

export type EndReason =
  | "logout"
  | "logout_everywhere"
  | "password"
  | "revoked"
  | "reuse"
  | "switched";

/** Ends living sessions of a person: all, only one, or all but one. How many there were. */
export async function endSessions(
  tx: Transaction,
  userId: string,
  reason: EndReason,
  { only = null, except = null }: { only?: string | null; except?: string | null } = {},
): Promise<number> {
  const ended = await tx.rows`
    update sessions set revoked_at = now(), revoked_reason = ${reason}
    where user_id = ${userId} and revoked_at is null
      and id = coalesce(${only}::uuid, id) and id is distinct from ${except}::uuid
    returning id`;
  return ended.length;
}

/** A ticket that opens one live socket for the session, within 30 s. */
export async function issueTicket(db: Db, person: Person): Promise<Ticket> {
  const ticket = randomBytes(32).toString("base64url");
  const row = await db.first<{ expiresAt: Date }>`
    with gone as (
      delete from live_tickets
      where organization_id = ${person.organizationId} and session_id = ${person.sessionId}
        and expires_at < now()
    )
    insert into live_tickets (organization_id, token_hash, session_id, expires_at)
    values (${person.organizationId}, ${sha256(ticket)}, ${person.sessionId},
      now() + ${TICKET_SECONDS} * interval '1 second')
    returning expires_at`;
  if (!row) throw new AppError("internal", "An insert returned no row.");
  return { ticket, expiresAt: row.expiresAt.toISOString() };
}

/** Spends a ticket: whose it is, or null if it is unknown, spent, too old, or its session ended. */
export async function redeemTicket(db: Db, ticket: string): Promise<Person | null> {
  const person = await db.first<Person>`
    with spent as (
      update live_tickets set used_at = now()
      where token_hash = ${sha256(ticket)} and used_at is null and expires_at > now()
      returning organization_id, session_id
    )
    select ${db.fragment(PERSON)}
    from spent join sessions s on s.organization_id = spent.organization_id
      and s.id = spent.session_id ${db.fragment(WHOSE)}
    where ${db.fragment(LIVING)}`;
  return person ?? null;
}

/** Those of the sessions that still live, as they stand now: roles may have changed. */
export async function livingSessions(db: Db, sessionIds: readonly string[]): Promise<Person[]> {
  return await db.rows<Person>`
    select ${db.fragment(PERSON)} from sessions s ${db.fragment(WHOSE)}
    where s.id = any(${[...sessionIds]}::uuid[]) and ${db.fragment(LIVING)}`;
}
