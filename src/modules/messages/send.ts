import { conversationState, messageState, outboxEvents } from "../../db/queries/public-state.ts";
import { windowIsOpen } from "../../db/queries/window.ts";
import type { Transaction } from "../../db/transaction.ts";
import { sendPriority } from "../../funnel/message-state.ts";
import type { Actor, Principal } from "../../http/plugins/auth.ts";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import { noConversation } from "../conversations/service.ts";
import type { Mutate } from "../mutate.ts";
import { type Chat, type Composed, compose } from "./compose.ts";
import type { Message, SendBody } from "./model.ts";

/** A number may be paused for long; what a person wrote a day ago is no longer what they would say. */
export const LIFETIME_HOURS = 24;

export interface SendDeps {
  mutate: Mutate;
  clock: Clock;
}

export interface Sending {
  conversationId: string;
  body: SendBody;
  /** Made by the client: repeats make one message. */
  idempotencyKey: string;
}

/**
 * Queues what a person wrote, before anything the bot has waiting, and wakes the sender. Whatever the
 * lead had open counts as answered (but by a reaction); attention and the planned nudge go. A repeat
 * with the same key gets the answer of the first, whatever became of the conversation since.
 *
 * Fails with `not_found`, `conflict` unless the sender has
 * taken the conversation over or when marketing goes to somebody who wants none, `window_closed`,
 * `invalid_input` when what it names is not there or the quoted message is not WhatsApp's (yet), and
 * `idempotency_key_reused` when the key was used for something else.
 */
export async function sendAsHuman(
  { mutate, clock }: SendDeps,
  { principal, actor }: { principal: Principal; actor: Actor },
  { idempotencyKey, conversationId, body }: Sending,
): Promise<Message> {
  const { organizationId } = principal;
  const chat = { organizationId, conversationId };
  return await mutate(
    actor,
    async (change) => {
      const composed = await compose(change, chat, body);
      const outcome = await store(change, chat, principal.userId, composed, clock.now());
      if (!outcome?.message) throw refusal(outcome, conversationId);
      const { message, integrationId, events } = outcome;
      change.stored(events);
      change.wake({ stream: "outbound", entry: { v: 1, organizationId, integrationId } });
      const { id, kind } = message;
      change.audit({ action: "message.sent", resourceId: id, after: { conversationId, kind } });
      return message;
    },
    { key: idempotencyKey, request: ["message", conversationId, body] },
  );
}

interface Outcome {
  connected: boolean;
  held: boolean;
  inWindow: boolean;
  quoted: boolean;
  /** False: it is marketing, and the lead wants none. */
  welcome: boolean;
  /** False: it is a template, and Meta takes none from the account for now. */
  takesTemplates: boolean;
  integrationId: string;
  /** Null when a guard refused. */
  message: Message | null;
  events: LiveEvent[];
}

/** Undefined when there is no such conversation. */
async function store(
  db: Transaction,
  { organizationId, conversationId }: Chat,
  userId: string,
  { kind, text, content, replyTo, fileId, needsWindow, isMarketing, answers }: Composed,
  now: Date,
): Promise<Outcome | undefined> {
  const sql = db.fragment;
  return await db.first<Outcome>`
    with locked as (
      select c.organization_id, c.id, c.integration_id, c.attention_reason, c.attention_at, c.follow_up_at,
        coalesce(c.mode = 'human' and c.taken_over_by = ${userId}::uuid, false) as held,
        not ${needsWindow} or ${windowIsOpen(db, now)} as in_window,
        not ${isMarketing} or c.opted_out_at is null and l.marketing_stopped_at is null as welcome,
        ${kind} <> 'template' or coalesce(i.templates_held_until <= now(), true) as takes_templates,
        i.active as connected
      from conversations c
        join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
        join integrations i on i.organization_id = c.organization_id and i.id = c.integration_id
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update of c
    ), judged as (
      select l.*, ${answers} and l.attention_reason is not null as settles,
        ${answers}::bool as answers, q.wamid, ${replyTo}::uuid is null or q.wamid is not null as quoted
      from locked l left join messages q on q.organization_id = l.organization_id
        and q.conversation_id = l.id and q.id = ${replyTo}::uuid
    ), answered as (
      update conversations c set last_seq = c.last_seq + 1, read_seq = c.last_seq + 1,
        answered_seq = case when j.answers then c.last_seq + 1 else c.answered_seq end,
        handled_seq = case when j.answers then c.wake_seq else c.handled_seq end,
        follow_up_at = null, follow_up_step = 0,
        attention_reason = case when j.answers then null else c.attention_reason end,
        attention_at = case when j.answers then null else c.attention_at end,
        attention_owner_id = case when j.answers then null else c.attention_owner_id end,
        last_message_at = greatest(c.last_message_at, ${now}), version = c.version + 1
      from judged j where j.connected and j.held and j.in_window and j.quoted and j.welcome
        and j.takes_templates
        and c.organization_id = j.organization_id and c.id = j.id
      returning c.*
    ), sent as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, user_id, kind, text, payload, reply_to_wamid, state, priority, next_attempt_at,
        expires_at, fence, sent_at, file_id)
      select a.organization_id, ${newId()}, a.id, a.integration_id, a.last_seq, 'out', 'human',
        ${userId}, ${kind}, ${text}, ${content && db.json(content)}, j.wamid, 'queued', ${sendPriority.human}::smallint, now(),
        now() + ${LIFETIME_HOURS} * interval '1 hour', a.fence, ${now}, ${fileId}::uuid
      from answered a, judged j
      returning messages.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, reason,
        called_at)
      select j.organization_id, gen_random_uuid(), j.id, 'attention_resolved', ${userId},
        j.attention_reason, j.attention_at
      from judged j, answered where j.settles
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'message.queued', id, version,
        ${sql(messageState("sent"))} from sent
      union all
      select gen_random_uuid(), a.organization_id, kind, a.id, a.version,
        ${sql(conversationState("a"))}
      from answered a, judged j cross join lateral (
        select 'conversation.updated' as kind
        union all select 'attention.resolved' where j.settles
        union all select 'follow_up.cancelled' where j.follow_up_at is not null) kinds
      returning outbox.*
    )
    select connected, held, in_window, quoted, welcome, takes_templates, integration_id,
      (select ${sql(messageState("s"))} from sent s) as message,
      ${sql(outboxEvents("news"))} as events
    from judged`;
}

function refusal(outcome: Outcome | undefined, conversationId: string): AppError {
  if (!outcome) return noConversation(conversationId);
  const details = { conversationId };
  if (!outcome.connected) {
    return new AppError("conflict", "The number of this chat is disconnected.", details);
  }
  if (!outcome.held) {
    return new AppError("conflict", "Take the conversation over before you write.", details);
  }
  if (!outcome.inWindow) {
    return new AppError("window_closed", "The lead last wrote over 24 hours ago.", details);
  }
  if (!outcome.welcome) {
    return new AppError("conflict", "The lead does not want advertisements any more.", details);
  }
  if (!outcome.takesTemplates) {
    return new AppError("conflict", "Meta takes no templates from the account for now.", details);
  }
  if (!outcome.quoted) {
    return new AppError("invalid_input", "The quoted message cannot be quoted.", details);
  }
  return new AppError("internal", "A message was neither stored nor refused.", details);
}
