import type { Db } from "../../db/client.ts";
import { conversationNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { ReceiptRow } from "./apply.ts";

/** A late status of an earlier entry point ends by more than this before the one that is known. */
const SAME_ENTRY_WITHIN = "interval '24 hours'";

/**
 * Takes over when Meta says that free entry points end: its word goes before what we reckoned. Finds
 * the message as receipts are applied: by the echoed id, else by wamid.
 */
export async function noteFreeEntries(db: Db, rows: readonly ReceiptRow[]): Promise<LiveEvent[]> {
  const told = rows.filter((row) => row.free_entry_until !== null);
  if (told.length === 0) return [];
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with told as (
      select x.organization_id, m.conversation_id, max(x.free_entry_until) as until
      from jsonb_to_recordset(${db.json(told)}) as x(organization_id uuid, integration_id uuid,
        wamid text, message_id uuid, free_entry_until timestamptz)
      cross join lateral (
        select conversation_id from messages
        where organization_id = x.organization_id and direction = 'out' and id = coalesce(
          (select a.id from messages a
            where a.organization_id = x.organization_id and a.id = x.message_id),
          (select b.id from messages b
            where b.integration_id = x.integration_id and b.wamid = x.wamid))
        limit 1) m
      group by 1, 2
    ), locked as (
      select c.organization_id, c.id, t.until from conversations c
      join told t on t.organization_id = c.organization_id and t.conversation_id = c.id
      order by c.id for update of c
    ), entered as (
      update conversations c set free_entry_until = l.until, version = c.version + 1
      from locked l where c.organization_id = l.organization_id and c.id = l.id
        and c.free_entry_until is distinct from l.until
        and l.until >= coalesce(c.free_entry_until, l.until) - ${sql(SAME_ENTRY_WITHIN)}
      returning c.*
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "entered")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
