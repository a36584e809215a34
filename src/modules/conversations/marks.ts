import {
  conversationNews,
  conversationState,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Changed, changeOf, type Outcome } from "./service.ts";

/**
 * The team has read everything up to message `throughSeq`. What is read stays read; a repeat changes
 * and announces nothing. Fails with `not_found`.
 */
export async function markRead(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  throughSeq: number,
): Promise<Changed> {
  const sql = db.fragment;
  const row = await db.first<Outcome>`
    with locked as (
      select c.* from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), read as (
      update conversations c set read_seq = least(${throughSeq}::bigint, c.last_seq),
        version = c.version + 1
      from locked l where c.organization_id = l.organization_id and c.id = l.id
        and least(${throughSeq}::bigint, c.last_seq) > c.read_seq
      returning c.*
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'conversation.updated', id, version,
        ${sql(conversationState("read"))} from read
      returning outbox.*
    )
    select (select ${sql(conversationState("l"))} from locked l) as before,
      coalesce((select ${sql(conversationState("r"))} from read r),
        (select ${sql(conversationState("l"))} from locked l)) as conversation,
      ${sql(outboxEvents("news"))} as events`;
  return changeOf(row, conversationId, "");
}

/**
 * Somebody dealt with what needed attention; the timeline keeps who and what. Where nothing did, it
 * changes and announces nothing. Fails with `not_found`.
 */
export async function resolveAttention(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  userId: string,
): Promise<Changed> {
  const sql = db.fragment;
  const row = await db.first<Outcome>`
    with locked as (
      select c.* from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), resolved as (
      update conversations c set attention_reason = null, attention_at = null,
        attention_owner_id = null, version = c.version + 1
      from locked l where c.organization_id = l.organization_id and c.id = l.id
        and l.attention_reason is not null
      returning c.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, reason,
        called_at)
      select r.organization_id, gen_random_uuid(), r.id, 'attention_resolved', ${userId},
        l.attention_reason, l.attention_at
      from resolved r join locked l on l.id = r.id
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'attention.resolved', id, version,
        ${sql(conversationState("resolved"))} from resolved
      returning outbox.*
    )
    select (select ${sql(conversationState("l"))} from locked l) as before,
      coalesce((select ${sql(conversationState("r"))} from resolved r),
        (select ${sql(conversationState("l"))} from locked l)) as conversation,
      ${sql(outboxEvents("news"))} as events`;
  return changeOf(row, conversationId, "");
}

/**
 * Somebody looks after what needs attention: colleagues see who. A repeat changes and announces
 * nothing. Fails with `not_found`, or with `conflict` when nothing needs attention, or a colleague
 * looks after it.
 */
export async function claimAttention(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  userId: string,
): Promise<Changed> {
  const sql = db.fragment;
  const row = await db.first<Outcome>`
    with locked as (
      select c.*, coalesce(c.attention_owner_id = ${userId}::uuid, false) as mine
      from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), claimed as (
      update conversations c set attention_owner_id = ${userId}, version = c.version + 1
      from locked l where c.organization_id = l.organization_id and c.id = l.id
        and l.attention_reason is not null and l.attention_owner_id is null
      returning c.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, reason,
        called_at)
      select organization_id, gen_random_uuid(), id, 'attention_claimed', ${userId},
        attention_reason, attention_at from claimed
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "claimed")))}
    )
    select (select ${sql(conversationState("l"))} from locked l) as before,
      coalesce((select ${sql(conversationState("c"))} from claimed c),
        (select ${sql(conversationState("l"))} from locked l where l.mine)) as conversation,
      ${sql(outboxEvents("news"))} as events`;
  const isCalled = row?.before?.attentionReason !== null;
  const conflict = isCalled ? "A colleague looks after it already." : "Nothing calls for a person.";
  return changeOf(row, conversationId, conflict);
}
