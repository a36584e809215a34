import type { Db } from "../../db/client.ts";
import {
  callPerson,
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";

/** The best status known of one message, as it travels to Postgres. */
export interface ReceiptRow {
  organization_id: string;
  integration_id: string;
  wamid: string;
  /** Our own message id, echoed by Meta; null when the status carried none. */
  message_id: string | null;
  status: string;
  rank: number;
  error_code: number | null;
  error_text: string | null;
  pricing: unknown;
}

const RECEIPT_COLUMNS = `organization_id uuid, integration_id uuid, wamid text, message_id uuid,
  status text, rank int, error_code int, error_text text, pricing jsonb`;

/** How far a message has come, on the scale of `receiptRank`; static SQL over the row `m`. */
const MESSAGE_RANK = `(case m.state when 'failed' then 1 when 'sent' then 2 when 'delivered' then 3
  when 'read' then 4 when 'played' then 5 else 0 end)`;

/**
 * Moves messages up their ladder from the CTE `receipts`: static SQL, the tail of a statement. A
 * receipt finds its message by the echoed id, else by wamid, in a lookup of its own: joined, the
 * planner reads all messages. Several for one message are reduced to the best before the update.
 */
const APPLY = `found as (
    select r.*, m.id as found_id, m.direction as found_direction
    from receipts r left join lateral (
      select id, direction from messages
      where organization_id = r.organization_id and id = coalesce(
        (select a.id from messages a
          where a.organization_id = r.organization_id and a.id = r.message_id),
        (select b.id from messages b
          where b.integration_id = r.integration_id and b.wamid = r.wamid))
      limit 1) m on true
  ), best as (
    select distinct on (f.found_id) f.organization_id, f.found_id as id, f.wamid, f.status, f.rank,
      f.error_code, f.error_text, max(f.pricing::text) over (partition by f.found_id) as pricing
    from found f where f.found_direction = 'out'
    order by f.found_id, f.rank desc
  ), moved as (
    update messages m set
      wamid = coalesce(m.wamid, b.wamid),
      state = case when b.rank > ${MESSAGE_RANK} then b.status else m.state end,
      error_code = case when b.rank > ${MESSAGE_RANK} then b.error_code else m.error_code end,
      error_text = case when b.rank > ${MESSAGE_RANK} then b.error_text else m.error_text end,
      pricing = coalesce(m.pricing, b.pricing::jsonb),
      version = m.version + 1
    from best b
    where m.organization_id = b.organization_id and m.id = b.id
      and (b.rank > ${MESSAGE_RANK} or m.wamid is null or m.pricing is null and b.pricing is not null)
    returning m.*
  ), failed as (
    select * from moved where state = 'failed'
  ), flagged as (
    ${callPerson("failed", "send_failed")}
  ), news as (
    ${outboxInsert(
      messageNews("message.status", "moved"),
      conversationNews("attention.required", "flagged"),
    )}
  )`;

/**
 * Applies a batch; what finds no message is parked. The caller applies the parked ones of the same
 * wamids afterwards, because the message may have been stored between the two.
 */
export async function applyReceipts(
  db: Db,
  rows: readonly ReceiptRow[],
): Promise<{ parked: string[]; events: LiveEvent[] }> {
  const sql = db.fragment;
  const outcome = await db.first<{ parked: string[]; events: LiveEvent[] }>`
    with receipts as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(${sql(RECEIPT_COLUMNS)})
    ), ${sql(APPLY)}, parked as (
      insert into parked_receipts (integration_id, wamid, status, receipt)
      select f.integration_id, f.wamid, f.status, to_jsonb(f) - '{found_id,found_direction}'::text[]
      from found f where f.found_id is null
      on conflict do nothing
      returning wamid
    )
    select (select coalesce(jsonb_agg(distinct wamid), '[]'::jsonb) from parked) as parked,
      ${sql(outboxEvents("news"))} as events`;
  return outcome ?? { parked: [], events: [] };
}

/** Applies and removes parked receipts whose message is known by now. */
export async function applyParked(db: Db, wamids: readonly string[]): Promise<LiveEvent[]> {
  if (wamids.length === 0) return [];
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with due as (
      delete from parked_receipts p
      where p.wamid = any(${[...wamids]}::text[]) and exists (select 1 from messages m
        where m.integration_id = p.integration_id and m.wamid = p.wamid)
      returning p.receipt
    ), receipts as (
      select x.* from due, jsonb_to_record(due.receipt) as x(${sql(RECEIPT_COLUMNS)})
    ), ${sql(APPLY)}
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
