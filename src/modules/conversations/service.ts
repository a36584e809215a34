import { conversationState, messageState, outboxEvents } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Conversation } from "./model.ts";

/** What a person's act made of a conversation. */
export interface Changed {
  before: Conversation;
  conversation: Conversation;
  /** Live events of the commit, to be published at once. */
  events: LiveEvent[];
}

/** A statement's answer about one conversation. */
export interface Outcome {
  before: Conversation | null;
  /** Null when the guard refused. */
  conversation: Conversation | null;
  events: LiveEvent[];
}

/**
 * A person takes the conversation: the fence rises, what the bot had queued or planned is cancelled,
 * the attention flag is cleared and the lead's open messages count as handled. A bot message whose
 * POST is already under way stays visible as `sending`. Fails with `not_found`, or with `conflict`
 * when another person has it who is not `from`.
 */
export async function takeOver(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  userId: string,
  from: string | null = null,
): Promise<Changed> {
  const sql = db.fragment;
  const row = await db.first<Outcome>`
    with locked as (
      select c.*,
        c.ended_at is null and (c.mode = 'bot' or c.taken_over_by is null
          or c.taken_over_by in (${userId}::uuid, ${from}::uuid)) as free,
        c.mode = 'human' and c.taken_over_by = ${userId}::uuid as mine
      from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), taken as (
      update conversations c set mode = 'human', taken_over_by = ${userId}, taken_over_at = now(),
        fence = c.fence + 1, handled_seq = c.wake_seq, answered_seq = c.last_seq,
        follow_up_at = null, follow_up_step = 0, attention_reason = null, attention_at = null,
        attention_owner_id = null, version = c.version + 1
      from locked l where l.free and c.organization_id = l.organization_id and c.id = l.id
      returning c.*
    ), cancelled as (
      update messages m set state = 'cancelled', cancel_reason = 'fence', version = m.version + 1
      from taken t
      where m.organization_id = t.organization_id and m.conversation_id = t.id
        and m.state = 'queued' and m.author = 'bot'
      returning m.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, reason,
        called_at)
      select t.organization_id, gen_random_uuid(), t.id,
        case when l.mine then 'attention_resolved' else 'takeover' end, ${userId},
        l.attention_reason, l.attention_at
      from taken t join locked l on l.id = t.id
      where l.mine is not true or l.attention_reason is not null
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'message.updated', id, version,
        ${sql(messageState("cancelled"))} from cancelled
      union all
      select gen_random_uuid(), t.organization_id, kind, t.id, t.version,
        ${sql(conversationState("t"))}
      from taken t join locked l on l.id = t.id cross join lateral (
        select 'takeover.started' as kind
        union all select 'attention.resolved' where l.attention_reason is not null
        union all select 'follow_up.cancelled' where l.follow_up_at is not null) kinds
      returning outbox.*
    )
    select (select ${sql(conversationState("l"))} from locked l) as before,
      (select ${sql(conversationState("t"))} from taken t) as conversation,
      ${sql(outboxEvents("news"))} as events`;
  return changeOf(
    row,
    conversationId,
    "Somebody else has taken this conversation over, or it has ended.",
  );
}

/**
 * The bot may speak again. If the lead is still waiting for an answer, `wakes` says so and the caller
 * publishes a turn with cause `release`. Fails with `not_found`, with `conflict` when the bot has it
 * already, and with `forbidden` when a colleague has it and `maySeize` is false.
 */
export async function release(
  db: Transaction,
  organizationId: string,
  conversationId: string,
  userId: string,
  maySeize: boolean,
): Promise<Changed & { wakes: boolean }> {
  const sql = db.fragment;
  const row = await db.first<Outcome & { wakes: boolean }>`
    with locked as (
      select c.*, c.mode = 'human' and c.ended_at is null and (${maySeize} or c.taken_over_by is null
        or c.taken_over_by = ${userId}::uuid) as held
      from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), released as (
      update conversations c set mode = 'bot', taken_over_by = null, taken_over_at = null,
        fence = c.fence + 1, due_at = now(), version = c.version + 1
      from locked l where l.held and c.organization_id = l.organization_id and c.id = l.id
      returning c.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id)
      select organization_id, gen_random_uuid(), id, 'release', ${userId} from released
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'takeover.ended', id, version,
        ${sql(conversationState("released"))} from released
      returning outbox.*
    )
    select (select ${sql(conversationState("l"))} from locked l) as before,
      (select ${sql(conversationState("r"))} from released r) as conversation,
      exists (select 1 from released where wake_seq > handled_seq and opted_out_at is null) as wakes,
      ${sql(outboxEvents("news"))} as events`;
  if (row?.before?.mode === "human" && row.conversation === null) {
    throw new AppError("forbidden", "A colleague has this conversation.", { conversationId });
  }
  return {
    ...changeOf(row, conversationId, "The bot already has this conversation, or it has ended."),
    wakes: row?.wakes ?? false,
  };
}

/** Fails with `not_found`, or with `conflict` in these words when the guard refused. */
export function changeOf(
  row: Outcome | undefined,
  conversationId: string,
  conflict: string,
): Changed {
  if (!row?.before) throw noConversation(conversationId);
  if (row.conversation === null) throw new AppError("conflict", conflict, { conversationId });
  return { before: row.before, conversation: row.conversation, events: row.events };
}

/** The same words for what does not exist and for what is another organization's. */
export function noConversation(conversationId: string): AppError {
  return new AppError("not_found", "There is no such conversation.", { conversationId });
}
