import type { Db } from "../../db/client.ts";
import { messageNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import { windowIsOpen } from "../../db/queries/window.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { SendClaim, SendTarget } from "./claim.ts";
import { afterAnswer } from "./number-breaker.ts";
import { REOPENING_NEWS, reopening } from "./reopen.ts";

/**
 * Cancels a free-form message that waits although the lead's window is closed at `now` (business
 * time), and does what follows (`reopen`). Judges by the locked conversation: if the lead has written
 * meanwhile, the message stays as it is.
 */
export async function closeWindow(
  db: Db,
  { organizationId, conversationId, messageId }: SendTarget,
  now: Date,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with chat as (
      select c.organization_id, c.id, ${windowIsOpen(db, now)} as is_open from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId} for update
    ), closed as (
      update messages m set state = 'cancelled', cancel_reason = 'window_closed',
        version = m.version + 1
      from chat where m.organization_id = chat.organization_id and m.conversation_id = chat.id
        and m.id = ${messageId} and m.state = 'queued' and not chat.is_open
      returning m.*
    ), ${reopening(db, "false", now)}, news as (
      ${sql(outboxInsert(messageNews("message.updated", "closed"), ...REOPENING_NEWS))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** Meta says that the window is closed (131047), which goes before our own clock. */
export async function settleWindowClosed(
  db: Db,
  claim: SendClaim,
  refusal: { code: number; text: string },
  now: Date,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with chat as (
      select organization_id, id from conversations
      where organization_id = ${claim.organizationId} and id = ${claim.conversationId} for update
    ), closed as (
      update messages m set state = 'cancelled', cancel_reason = 'window_closed',
        error_code = ${refusal.code}, error_text = ${refusal.text}, version = m.version + 1
      from chat where m.organization_id = chat.organization_id and m.conversation_id = chat.id
        and m.id = ${claim.messageId} and m.state = 'sending' and m.attempts = ${claim.attempt}
      returning m.*
    ), number as (
      ${sql(afterAnswer("closed"))}
    ), ${reopening(db, "true", now)}, news as (
      ${sql(outboxInsert(messageNews("message.updated", "closed"), ...REOPENING_NEWS))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
