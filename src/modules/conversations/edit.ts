import { isDeepStrictEqual } from "node:util";
import { conversationState, messageNews, outboxEvents } from "../../db/queries/public-state.ts";
import { terminalStages } from "../../funnel/stage.ts";
import type { Actor, Principal } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent, LiveEventKind } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { Change, Mutate } from "../mutate.ts";
import { followUpOf } from "./follow-up.ts";
import type { Conversation, ConversationEdit } from "./model.ts";
import { noConversation } from "./service.ts";

interface EditDeps {
  mutate: Mutate;
  clock: Clock;
}

interface Editing {
  principal: Principal;
  actor: Actor;
  headers: { "if-match"?: string | undefined };
  id: string;
}

/**
 * A person sets what is known of a lead, and what the bot has planned. A stage in which nothing may
 * chase the lead raises the fence: what the bot had queued is cancelled, what was open is handled, and
 * only a new message of the lead wakes it. What is as it was already changes and announces nothing.
 * Fails with `not_found`, `precondition_failed`, and as `followUpOf` does.
 */
export async function edit(
  { mutate, clock }: EditDeps,
  { principal, actor, headers, id }: Editing,
  body: ConversationEdit,
): Promise<Conversation> {
  const { organizationId, userId } = principal;
  return await mutate(actor, async (change) => {
    const { before, nudgeCount } = await lock(change, organizationId, id);
    requireVersion(headers, before);
    const after = edited(before, body, nudgeCount, clock.now());
    if (isDeepStrictEqual(after, before)) return before;
    const reason = body.stageReason?.trim() ?? "Set by hand.";
    const stored = await store(change, { organizationId, userId, before, after, reason });
    change.stored(stored.events);
    const { conversation } = stored;
    change.audit({
      action: "conversation.updated",
      resourceId: id,
      before,
      after: conversation,
    });
    return conversation;
  });
}

async function lock(change: Change, organizationId: string, id: string) {
  const row = await change.first<{ before: Conversation; nudgeCount: number }>`
    select ${change.fragment(conversationState("c"))} as before,
      coalesce((select jsonb_array_length(s.steps) from follow_up_sequences s
        where s.organization_id = c.organization_id and s.active), 0) as nudge_count
    from conversations c
    where c.organization_id = ${organizationId} and c.id = ${id}
    for update of c`;
  if (!row) throw noConversation(id);
  return row;
}

function edited(
  before: Conversation,
  { stageReason, followUpAt: wish, ...known }: ConversationEdit,
  nudgeCount: number,
  now: Date,
): Conversation {
  if (stageReason !== undefined && known.stage === undefined) {
    throw new AppError("invalid_input", "A reason needs the stage it is for.");
  }
  const { stage = before.stage } = known;
  return { ...before, ...known, ...followUpOf({ before, stage, wish, nudgeCount, now }) };
}

interface Storing {
  organizationId: string;
  userId: string;
  before: Conversation;
  after: Conversation;
  reason: string;
}

function newsOf({ before, after }: Storing): LiveEventKind[] {
  const kinds: LiveEventKind[] = ["conversation.updated"];
  if (after.stage !== before.stage) kinds.push("stage.changed");
  if (after.followUpAt === before.followUpAt) return kinds;
  return [...kinds, after.followUpAt === null ? "follow_up.cancelled" : "follow_up.scheduled"];
}

/** In the transaction that has locked the row. */
async function store(
  tx: Change,
  storing: Storing,
): Promise<{ conversation: Conversation; events: LiveEvent[] }> {
  const sql = tx.fragment;
  const { organizationId, userId, before, after, reason } = storing;
  const { stage, intent, sentiment, language, followUpAt, followUpStep } = after;
  const moves = stage !== before.stage;
  const closes = moves && terminalStages.includes(stage);
  const row = await tx.first<{ conversation: Conversation; events: LiveEvent[] }>`
    with edited as (
      update conversations c set stage = ${stage}, intent = ${intent}, sentiment = ${sentiment},
        language = ${language}, follow_up_at = ${followUpAt}::text::timestamptz,
        follow_up_step = ${followUpStep}::smallint, fence = c.fence + ${closes}::boolean::int,
        handled_seq = case when ${closes} then c.wake_seq else c.handled_seq end,
        answered_seq = case when ${closes} then c.last_seq else c.answered_seq end,
        version = c.version + 1
      where c.organization_id = ${organizationId} and c.id = ${before.id}
      returning c.*
    ), cancelled as (
      update messages m set state = 'cancelled', cancel_reason = 'fence', version = m.version + 1
      from edited e
      where ${closes} and m.organization_id = e.organization_id and m.conversation_id = e.id
        and m.state = 'queued' and m.author = 'bot'
      returning m.*
    ), moved as (
      insert into stage_changes (organization_id, id, conversation_id, from_stage, to_stage, author,
        reason, user_id)
      select organization_id, ${newId()}, id, ${before.stage}, stage, 'human', ${reason}, ${userId}
      from edited where ${moves}
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      ${sql(messageNews("message.updated", "cancelled"))}
      union all
      select gen_random_uuid(), e.organization_id, kind, e.id, e.version,
        ${sql(conversationState("e"))}
      from edited e cross join unnest(${newsOf(storing)}::text[]) kind
      returning outbox.*
    )
    select (select ${sql(conversationState("e"))} from edited e) as conversation,
      ${sql(outboxEvents("news"))} as events`;
  if (!row) throw noConversation(before.id);
  return row;
}
