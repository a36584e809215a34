import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { freeLeads } from "../../db/queries/free-leads.ts";
import { conversationState, outboxEvents, utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor, Person } from "../../http/plugins/auth.ts";
import type { Role } from "../../http/plugins/permissions.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { Member, MemberEdit, MembersQuery, OwnEdit } from "./model.ts";

const MEMBER = `m.user_id as id, u.name, u.email, m.role, ${utc("m.created_at")} as joined_at, m.version`;
const FROM = `from memberships m join users u on u.id = m.user_id`;

/** Live events told at once; the sweep publishes the rest from the outbox within seconds. */
const TOLD_AT_ONCE = 200;

interface IfMatch {
  "if-match"?: string | undefined;
}

/** Whom an administrator acts on, and as what. */
export interface Acting {
  principal: Person;
  actor: Actor;
  userId: string;
  headers: IfMatch;
}

/** One page of the team. Fails with `invalid_input` for a cursor that is not ours. */
export async function listMembers(
  db: Db,
  organizationId: string,
  { limit = 50, cursor }: MembersQuery,
) {
  const sorts = { joinedAt: { sql: "m.created_at", type: "timestamptz" } } as const;
  const { after, order, position } = keyset(db, {
    sorts,
    sort: "joinedAt",
    id: "m.user_id",
    cursor,
  });
  const rows = await db.rows<Member & { position: string }>`
    select ${db.fragment(MEMBER)}, ${position} as position ${db.fragment(FROM)}
    where m.organization_id = ${organizationId} and m.removed_at is null and ${after}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

/** Fails with `not_found`, also for those who were removed. */
export async function getMember(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  userId: string,
): Promise<Member> {
  const member = await db.first<Member>`
    select ${db.fragment(MEMBER)} ${db.fragment(FROM)}
    where m.organization_id = ${organizationId} and m.user_id = ${userId}
      and m.removed_at is null`;
  if (!member) throw new AppError("not_found", "There is no such member.", { userId });
  return member;
}

/** Changes the person's own name, in all their organizations. */
export async function renameMyself(
  mutate: Mutate,
  { principal, actor, headers }: Omit<Acting, "userId">,
  { name }: OwnEdit,
): Promise<Member> {
  const { organizationId, userId } = principal;
  return await mutate(actor, async (change) => {
    await change.rows`select 1 from users where id = ${userId} for update`;
    const before = await getMember(change, organizationId, userId);
    requireVersion(headers, before);
    await change.rows`update users set name = ${name.trim()} where id = ${userId}`;
    await change.rows`update memberships set version = version + 1 where user_id = ${userId}`;
    const after = await getMember(change, organizationId, userId);
    change.audit({ action: "user.renamed", resourceId: userId, before, after });
    return after;
  });
}

/**
 * Gives a member another role. Fails with `not_found`, `precondition_failed`, `forbidden` when an
 * owner is made or unmade by somebody else, and `conflict` when no owner would be left.
 */
export async function changeRole(
  mutate: Mutate,
  { principal, actor, userId, headers }: Acting,
  { role }: MemberEdit,
): Promise<Member> {
  const { organizationId } = principal;
  return await mutate(actor, async (change) => {
    const before = await lockMember(change, organizationId, userId, headers);
    await requireOwnersWill(change, principal, before, role);
    await change.rows`
      update memberships set role = ${role}, version = version + 1
      where organization_id = ${organizationId} and user_id = ${userId}`;
    const after = await getMember(change, organizationId, userId);
    change.audit({ action: "user.role_changed", resourceId: userId, before, after });
    return after;
  });
}

/** Ends a membership, with the sessions in it, and frees what the person held. Fails as `changeRole`. */
export async function removeMember(
  mutate: Mutate,
  { principal, actor, userId, headers }: Acting,
): Promise<void> {
  const { organizationId } = principal;
  await mutate(actor, async (change) => {
    const before = await lockMember(change, organizationId, userId, headers);
    await requireOwnersWill(change, principal, before, null);
    await change.rows`
      with gone as (
        update memberships set removed_at = now(), version = version + 1
        where organization_id = ${organizationId} and user_id = ${userId}
      )
      update sessions set revoked_at = now(), revoked_reason = 'removed'
      where organization_id = ${organizationId} and user_id = ${userId} and revoked_at is null`;
    // Leads before conversations, as everywhere.
    change.stored(await freeLeads(change, { organizationId, userId }));
    change.stored(await freeConversations(change, organizationId, userId));
    change.audit({ action: "user.removed", resourceId: userId, before });
  });
}

/** Locks every owner with the member, in one order: two owners cannot unmake each other at once. */
async function lockMember(
  change: Change,
  organizationId: string,
  userId: string,
  headers: IfMatch,
): Promise<Member> {
  await change.rows`
    select 1 from memberships
    where organization_id = ${organizationId} and removed_at is null
      and (user_id = ${userId} or role = 'owner')
    order by user_id for update`;
  const member = await getMember(change, organizationId, userId);
  requireVersion(headers, member);
  return member;
}

/** `next`: the role to be; null when the member goes. */
async function requireOwnersWill(
  change: Change,
  principal: Person,
  member: Member,
  next: Role | null,
): Promise<void> {
  if (member.role !== "owner" && next !== "owner") return;
  // As it is now, not as it was when the request came in: the row is locked.
  const me = await getMember(change, principal.organizationId, principal.userId);
  if (me.role !== "owner") {
    throw new AppError("forbidden", "Only owners make, unmake or remove owners.");
  }
  if (member.role !== "owner" || next === "owner") return;
  const other = await change.first`
    select 1 from memberships
    where organization_id = ${principal.organizationId} and role = 'owner'
      and removed_at is null and user_id <> ${member.id} limit 1`;
  if (!other) throw new AppError("conflict", "An organization keeps at least one owner.");
}

/** Nobody else could take over a chat that a person who is gone still holds. */
async function freeConversations(
  change: Change,
  organizationId: string,
  userId: string,
): Promise<LiveEvent[]> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with freed as (
      update conversations c set
        taken_over_by = nullif(c.taken_over_by, ${userId}::uuid),
        attention_owner_id = nullif(c.attention_owner_id, ${userId}::uuid),
        assignee_id = nullif(c.assignee_id, ${userId}::uuid),
        version = c.version + 1
      where c.organization_id = ${organizationId}
        and ${userId}::uuid in (c.taken_over_by, c.attention_owner_id, c.assignee_id)
      returning c.*
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'conversation.updated', id, version,
        ${sql(conversationState("freed"))} from freed
      returning outbox.*
    )
    select ${sql(outboxEvents(`(select * from news limit ${TOLD_AT_ONCE})`))} as events`;
  return row?.events ?? [];
}
