import {
  messageNews,
  messageState,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { type Acting, lockMessage } from "./lock.ts";
import type { Message } from "./model.ts";
import type { SendDeps } from "./send.ts";

/**
 * Withdraws what a person wrote and what has not gone out yet. What the lead had open stays answered.
 * Fails with `not_found`, and with `conflict` when it is no such message any more, or a colleague's in
 * a chat that the caller does not hold.
 */
export async function cancel(
  { mutate, clock }: SendDeps,
  { principal, actor }: Acting,
  { messageId, idempotencyKey }: { messageId: string; idempotencyKey: string | undefined },
): Promise<Message> {
  const { organizationId, userId } = principal;
  return await mutate(
    actor,
    async (change) => {
      const old = await lockMessage(change, organizationId, messageId, clock.now());
      const { state, author, conversationId, integrationId } = old;
      if (state !== "queued" || author !== "human") {
        const what = author === "human" ? `It is ${state}` : "No person wrote it";
        throw new AppError("conflict", `${what}: there is nothing to withdraw.`, { state });
      }
      if (old.userId !== userId && old.takenOverBy !== userId) {
        throw new AppError("conflict", "A colleague wrote it, in a chat that is not yours.");
      }
      const sql = change.fragment;
      const row = await change.first<{ message: Message; events: LiveEvent[] }>`
        with cancelled as (
          update messages m set state = 'cancelled', cancel_reason = 'withdrawn',
            version = m.version + 1
          where m.organization_id = ${organizationId} and m.id = ${messageId}
            and m.state = 'queued'
          returning m.*
        ), news as (
          ${sql(outboxInsert(messageNews("message.updated", "cancelled")))}
        )
        select (select ${sql(messageState("c"))} from cancelled c) as message,
          ${sql(outboxEvents("news"))} as events`;
      if (!row) throw new AppError("internal", "A message was not cancelled.", { messageId });
      change.stored(row.events);
      // What waited behind it may go now.
      change.wake({ stream: "outbound", entry: { v: 1, organizationId, integrationId } });
      change.audit({
        action: "message.cancelled",
        resourceId: messageId,
        after: { conversationId },
      });
      return row.message;
    },
    { key: idempotencyKey, request: ["cancel", messageId] },
  );
}
