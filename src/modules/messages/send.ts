import { createHash } from "node:crypto";
import type { Append } from "../../../streams/publish.ts";
import type { Db } from "../../db/client.ts";
import { conversationState, messageState, outboxEvents } from "../../db/queries/public-state.ts";
import { sendPriority } from "../../funnel/message-state.ts";
import { SERVICE_WINDOW_MS } from "../../funnel/window.ts";
import { type Principal, requireAccess } from "../../http/plugins/auth.ts";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import { storableText } from "../../lib/json.ts";
import type { Message } from "./model.ts";

/** A number may be paused for long; what a person wrote a day ago is no longer what they would say. */
const LIFETIME_HOURS = 24;

/** Keys live at least this long, and are cleared by later sends. */
const KEY_LIFETIME_HOURS = 48;
const KEYS_CLEARED = 20;

export interface SendDeps {
  db: Db;
  clock: Clock;
  /** Tells the rest of the system what a commit made true. Never rejects. */
  announce(news: { append?: readonly Append[]; events: readonly LiveEvent[] }): Promise<void>;
}

export interface Sending {
  conversationId: string;
  text: string;
  /** Id of the message it answers. */
  replyTo: string | null;
  /** Made by the client: repeats make one message. */
  idempotencyKey: string;
}

/**
 * Queues what a person wrote, before anything the bot has waiting, and wakes the sender. Whatever the
 * lead had open counts as answered; attention and the planned nudge go. A repeat with the same key
 * answers the message of the first, whatever became of the conversation since.
 *
 * Fails with `forbidden` for those who may only read, `not_found`, `conflict` unless the sender has
 * taken the conversation over, `window_closed`, `invalid_input` when the quoted message is not
 * WhatsApp's (yet), and `idempotency_key_reused` when the key was used for something else.
 */
export async function sendAsHuman(
  { db, clock, announce }: SendDeps,
  principal: Principal,
  sending: Sending,
): Promise<Message> {
  requireAccess(principal, "write");
  const { organizationId } = principal;
  const requestHash = hashOf(principal, sending);
  const outcome = await store(db, principal, { ...sending, requestHash }, clock.now());
  if (outcome?.message) {
    const { message, integrationId, events } = outcome;
    const entry = { v: 1, organizationId, integrationId } as const;
    await announce({ events, append: [{ stream: "outbound", entry }] });
    return message;
  }
  const earlier = await findEarlier(db, organizationId, sending.idempotencyKey);
  if (!earlier) throw refusal(outcome, sending.conversationId);
  if (earlier.requestHash !== requestHash) {
    throw new AppError("idempotency_key_reused", "The key belongs to another request.");
  }
  return earlier.message;
}

interface Outcome {
  held: boolean;
  inWindow: boolean;
  quoted: boolean;
  integrationId: string;
  /** Null when a guard refused, or the key was there already. */
  message: Message | null;
  events: LiveEvent[];
}

/** Undefined when there is no such conversation. */
async function store(
  db: Db,
  { organizationId, userId }: Principal,
  sending: Sending & { requestHash: string },
  now: Date,
): Promise<Outcome | undefined> {
  const sql = db.fragment;
  const { conversationId, replyTo, idempotencyKey, requestHash } = sending;
  const { text, altered } = storableText(sending.text);
  const openSince = new Date(now.getTime() - SERVICE_WINDOW_MS);
  return await db.first<Outcome>`
    with locked as (
      select c.organization_id, c.id, c.integration_id, c.attention_reason, c.follow_up_at,
        coalesce(c.mode = 'human' and c.taken_over_by = ${userId}::uuid, false) as held,
        coalesce(c.last_lead_message_at > ${openSince}::timestamptz, false) as in_window
      from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for update
    ), judged as (
      select l.*, q.wamid, ${replyTo}::uuid is null or q.wamid is not null as quoted
      from locked l left join messages q on q.organization_id = l.organization_id
        and q.conversation_id = l.id and q.id = ${replyTo}::uuid
    ), keyed as (
      insert into idempotency_keys (organization_id, key, request_hash, message_id, user_id)
      select organization_id, ${idempotencyKey}, ${requestHash}, ${newId()}, ${userId} from judged
      where held and in_window and quoted
      on conflict do nothing
      returning message_id
    ), answered as (
      update conversations c set last_seq = c.last_seq + 1, answered_seq = c.last_seq + 1,
        read_seq = c.last_seq + 1, handled_seq = c.wake_seq, follow_up_at = null,
        follow_up_step = 0, attention_reason = null, attention_at = null,
        attention_owner_id = null, last_message_at = greatest(c.last_message_at, ${now}),
        version = c.version + 1
      from judged j, keyed where c.organization_id = j.organization_id and c.id = j.id
      returning c.*
    ), sent as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, altered, reply_to_wamid, state, priority, next_attempt_at, expires_at,
        fence, sent_at)
      select a.organization_id, k.message_id, a.id, a.integration_id, a.last_seq, 'out', 'human',
        'text', ${text}, ${altered}, j.wamid, 'queued', ${sendPriority.human}::smallint, now(),
        now() + ${LIFETIME_HOURS} * interval '1 hour', a.fence, ${now}
      from answered a, judged j, keyed k
      returning messages.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, reason)
      select j.organization_id, gen_random_uuid(), j.id, 'attention_resolved', ${userId},
        j.attention_reason
      from judged j, keyed where j.attention_reason is not null
    ), cleared as (
      delete from idempotency_keys where (organization_id, key) in (
        select organization_id, key from idempotency_keys
        where created_at < now() - ${KEY_LIFETIME_HOURS} * interval '1 hour'
        order by created_at limit ${KEYS_CLEARED} for update skip locked)
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'message.queued', id, version,
        ${sql(messageState("sent"))} from sent
      union all
      select gen_random_uuid(), a.organization_id, kind, a.id, a.version,
        ${sql(conversationState("a"))}
      from answered a, judged j cross join lateral (
        select 'conversation.updated' as kind
        union all select 'attention.resolved' where j.attention_reason is not null
        union all select 'follow_up.cancelled' where j.follow_up_at is not null) kinds
      returning outbox.*
    )
    select held, in_window, quoted, integration_id,
      (select ${sql(messageState("s"))} from sent s) as message,
      ${sql(outboxEvents("news"))} as events
    from judged`;
}

async function findEarlier(db: Db, organizationId: string, key: string) {
  return await db.first<{ requestHash: string; message: Message }>`
    select k.request_hash, ${db.fragment(messageState("m"))} as message
    from idempotency_keys k
    join messages m on m.organization_id = k.organization_id and m.id = k.message_id
    where k.organization_id = ${organizationId} and k.key = ${key}`;
}

function refusal(outcome: Outcome | undefined, conversationId: string): AppError {
  if (!outcome) return noConversation(conversationId);
  const details = { conversationId };
  if (!outcome.held) {
    return new AppError("conflict", "Take the conversation over before you write.", details);
  }
  if (!outcome.inWindow) {
    return new AppError("window_closed", "The lead last wrote over 24 hours ago.", details);
  }
  if (!outcome.quoted) {
    return new AppError("invalid_input", "The quoted message cannot be quoted.", details);
  }
  return new AppError("internal", "A message was neither stored nor refused.", details);
}

/** The same words for what does not exist and for what is another organization's. */
export function noConversation(conversationId: string): AppError {
  return new AppError("not_found", "There is no such conversation.", { conversationId });
}

function hashOf({ userId }: Principal, { conversationId, text, replyTo }: Sending): string {
  const asked = JSON.stringify([userId, conversationId, text, replyTo]);
  return createHash("sha256").update(asked).digest("hex");
}
