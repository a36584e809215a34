import { conversationState, messageState, outboxEvents } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { sendPriority } from "../../funnel/message-state.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { Acting } from "./lock.ts";
import { lockMessage } from "./lock.ts";
import type { Message } from "./model.ts";
import { LIFETIME_HOURS, type SendDeps } from "./send.ts";

/**
 * Sends a message again that did not arrive, or of which nobody knows whether it did: as a new one, by
 * the person who decided it, before anything the bot has waiting. The old one stays as it is, so a late
 * status still tells what became of it. A call because of it is answered with that.
 *
 * Fails with `not_found`, `window_closed`, and `conflict` unless it is in doubt or failed, was not
 * resent yet, no colleague has the conversation and the lead did not opt out.
 */
export async function resend(
  { mutate, clock }: SendDeps,
  { principal, actor }: Acting,
  { messageId, idempotencyKey }: { messageId: string; idempotencyKey: string },
): Promise<Message> {
  const { organizationId, userId } = principal;
  return await mutate(
    actor,
    async (change) => {
      const now = clock.now();
      const old = await lockMessage(change, organizationId, messageId, now);
      requireResendable(old, userId);
      const { message, events } = await sendAgain(change, { organizationId, userId, old, now });
      change.stored(events);
      const { conversationId, integrationId } = old;
      change.wake({ stream: "outbound", entry: { v: 1, organizationId, integrationId } });
      const after = { conversationId, resendOf: messageId };
      change.audit({ action: "message.resent", resourceId: message.id, after });
      return message;
    },
    { key: idempotencyKey, request: ["resend", messageId] },
  );
}

type Old = Awaited<ReturnType<typeof lockMessage>>;

function requireResendable(old: Old, userId: string): void {
  const obstacle = obstacleTo(old, userId);
  if (obstacle !== null) throw new AppError("conflict", obstacle, { state: old.state });
  if (old.kind === "template" || old.inWindow) return;
  throw new AppError("window_closed", "The lead last wrote over 24 hours ago.");
}

function obstacleTo(old: Old, userId: string): string | null {
  const isDoubtful = old.state === "unknown" && old.doubtAt !== null;
  if (!isDoubtful && old.state !== "failed") {
    return old.state === "unknown"
      ? "WhatsApp may still confirm it: wait until a person is asked about it."
      : `It is ${old.state}: only a message that failed or is in doubt can be sent again.`;
  }
  if (old.isResent) return "It was sent again already.";
  if (!old.connected) return "The number of this chat is disconnected.";
  if (old.optedOutAt !== null) return "The lead asked not to be written to.";
  const isColleagues = old.mode === "human" && old.takenOverBy !== userId;
  return isColleagues ? "A colleague has this conversation." : null;
}

interface Again {
  organizationId: string;
  userId: string;
  old: Old;
  now: Date;
}

/** In the transaction that has locked the conversation and the message. */
async function sendAgain(
  tx: Transaction,
  { organizationId, userId, old, now }: Again,
): Promise<{ message: Message; events: LiveEvent[] }> {
  const sql = tx.fragment;
  const row = await tx.first<{ message: Message; events: LiveEvent[] }>`
    with called as (
      select c.organization_id, c.id, c.attention_reason, c.attention_at,
        coalesce(c.attention_reason in ('send_in_doubt', 'send_failed'), false) as settles
      from conversations c
      where c.organization_id = ${organizationId} and c.id = ${old.conversationId}
    ), moved as (
      update conversations c set last_seq = c.last_seq + 1,
        attention_reason = case when not p.settles then c.attention_reason end,
        attention_at = case when not p.settles then c.attention_at end,
        attention_owner_id = case when not p.settles then c.attention_owner_id end,
        last_message_at = greatest(c.last_message_at, ${now}), version = c.version + 1
      from called p where c.organization_id = p.organization_id and c.id = p.id
      returning c.*
    ), sent as (
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, user_id, kind, text, payload, reply_to_wamid, state, priority, next_attempt_at,
        expires_at, fence, sent_at, resend_of, file_id)
      select c.organization_id, ${newId()}, c.id, c.integration_id, c.last_seq, 'out', 'human',
        ${userId}, m.kind, m.text, m.payload, m.reply_to_wamid, 'queued',
        ${sendPriority.human}::smallint, now(), now() + ${LIFETIME_HOURS} * interval '1 hour',
        c.fence, ${now}, m.id, m.file_id
      from moved c join messages m on m.organization_id = c.organization_id and m.id = ${old.id}
      returning messages.*
    ), noted as (
      insert into timeline_events (organization_id, id, conversation_id, kind, user_id, reason,
        called_at)
      select organization_id, gen_random_uuid(), id, 'attention_resolved', ${userId},
        attention_reason, attention_at from called where settles
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'message.queued', id, version,
        ${sql(messageState("sent"))} from sent
      union all
      select gen_random_uuid(), c.organization_id, kind, c.id, c.version,
        ${sql(conversationState("c"))}
      from moved c, called p cross join lateral (
        select 'conversation.updated' as kind
        union all select 'attention.resolved' where p.settles) kinds
      returning outbox.*
    )
    select (select ${sql(messageState("s"))} from sent s) as message,
      ${sql(outboxEvents("news"))} as events`;
  if (!row) throw new AppError("internal", "A message was not stored.", { messageId: old.id });
  return row;
}
