import type { Db } from "../../db/client.ts";
import { conversationNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { type Caller, readCallers } from "../../whatsapp/notices/calls.ts";
import { findHolder } from "../identity/holder.ts";
import type { NoticeEffect } from "./effect.ts";

/**
 * `calls`: a lead who calls opens the window again, as by a message (whatsapp.md 7). Somebody unknown
 * becomes no lead by it.
 */
export const calls: NoticeEffect = async (db, { organizationId, integrationId, value, at }) => {
  const number = await db.first<{ portfolioId: string }>`
    select portfolio_id from integrations
    where organization_id = ${organizationId} and id = ${integrationId}`;
  if (number === undefined || integrationId === null) return [];
  const events: LiveEvent[] = [];
  for (const caller of readCallers(value, at)) {
    const { phone, bsuid } = caller;
    const named = { organizationId, scope: number.portfolioId, phone, bsuid };
    const leadId = await findHolder(db, named);
    if (leadId === null) continue;
    events.push(...(await openWindow(db, { organizationId, integrationId, leadId }, caller)));
  }
  return events;
};

interface Chat {
  organizationId: string;
  integrationId: string;
  leadId: string;
}

/** An older call than what is known already changes nothing, nor does one that is told again. */
async function openWindow(db: Db, chat: Chat, { at }: Caller): Promise<LiveEvent[]> {
  const row = await db.first<{ events: LiveEvent[] }>`
    with called as (
      update conversations c set last_lead_message_at = ${at}::timestamptz, closed_in_seq = null,
        version = c.version + 1
      where c.organization_id = ${chat.organizationId} and c.lead_id = ${chat.leadId}
        and c.integration_id = ${chat.integrationId} and c.ended_at is null
        and coalesce(c.last_lead_message_at < ${at}::timestamptz, true)
      returning c.*
    ), news as (
      ${db.fragment(outboxInsert(conversationNews("conversation.updated", "called")))}
    )
    select ${db.fragment(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
