import type { Db, Parameter } from "../../db/client.ts";
import { ourReactions } from "../../db/queries/our-reactions.ts";
import {
  callPerson,
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { effectDueAt, REFUSED, type Refused } from "../deliver/effects.ts";
import { REOPENING_NEWS, reopening } from "../deliver/reopen.ts";
import { FEES, FEES_DUE } from "./fees.ts";

/** Meta's code for a window that is closed. */
const WINDOW_CLOSED = 131047;

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
  /** Of the recipient, ISO 3166 alpha-2. */
  country: string | null;
  /** Local day of a priced status; null: this one tells no price, nor what follows. */
  fee_day: string | null;
  fee_free: boolean | null;
  fee_counts: boolean | null;
  /** Category of the rate. */
  fee_category: string | null;
  /** When Meta says that the free entry point ends. */
  free_entry_until: string | null;
}

/** What a batch of receipts made of messages, and what is to follow. */
export interface Applied {
  events: LiveEvent[];
  /** Messages that failed, for what the code of each means beyond it. */
  refused: Refused[];
  /** Numbers that have something to send because of it. */
  numbers: { organizationId: string; integrationId: string }[];
}

const NOTHING: Applied = { events: [], refused: [], numbers: [] };

const RECEIPT_COLUMNS = `organization_id uuid, integration_id uuid, wamid text, message_id uuid,
  status text, rank int, error_code int, error_text text, pricing jsonb, country text, fee_day date,
  fee_free bool, fee_counts bool, fee_category text, free_entry_until timestamptz`;

/** How far a message has come, on the scale of `receiptRank`; static SQL over the row `m`. */
const MESSAGE_RANK = `(case m.state when 'failed' then 1 when 'sent' then 2 when 'delivered' then 3
  when 'read' then 4 when 'played' then 5 else 0 end)`;

/**
 * Moves messages up their ladder from the CTE `receipts`: static SQL, the tail of a statement. A
 * receipt finds its message by the echoed id, else by wamid, in a lookup of its own: joined, the
 * planner reads all messages. Several for one message are reduced to the best before the update. The
 * first that says a message was delivered and what category of price it has decides its fee.
 */
const MOVE = `found as (
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
  ), ${FEES_DUE}, moved as (
    update messages m set
      wamid = coalesce(m.wamid, b.wamid),
      state = case when b.rank > ${MESSAGE_RANK} then b.status else m.state end,
      error_code = case when b.rank > ${MESSAGE_RANK} then b.error_code else m.error_code end,
      error_text = case when b.rank > ${MESSAGE_RANK} then b.error_text else m.error_text end,
      effect_due_at = case when b.rank > ${MESSAGE_RANK} and b.status = 'failed'
        then ${effectDueAt("b.error_code")} else m.effect_due_at end,
      pricing = coalesce(m.pricing, b.pricing::jsonb),
      priced_at = case when d.found_id is not null then now() else m.priced_at end,
      version = m.version + 1
    from best b left join fees_due d on d.found_id = b.id
    where m.organization_id = b.organization_id and m.id = b.id
      and (b.rank > ${MESSAGE_RANK} or m.wamid is null or d.found_id is not null
        or m.pricing is null and b.pricing is not null)
    returning m.*
  ), reacted as (
    ${ourReactions("moved")}
  ), ${FEES}, failed as (
    select * from moved where state = 'failed'
  ), closed as (
    select * from failed where error_code = ${WINDOW_CLOSED}
  )`;

const TELL = `others as (
    select f.* from failed f where not exists (select 1 from chats h
      where h.organization_id = f.organization_id and h.id = f.conversation_id)
  ), flagged as (
    ${callPerson("others", "send_failed")}
  ), news as (
    ${outboxInsert(
      messageNews("message.status", "moved"),
      messageNews("message.updated", "reacted"),
      conversationNews("attention.required", "flagged"),
      ...REOPENING_NEWS,
    )}
  )`;

const APPLIED = `${outboxEvents("news")} as events,
  (select coalesce(jsonb_agg(jsonb_build_object('organizationId', organization_id,
      'integrationId', integration_id)), '[]'::jsonb) from asked) as numbers,
  (select coalesce(jsonb_agg(${REFUSED}), '[]'::jsonb)
    from failed m where m.error_code is not null) as refused`;

/** The tail of a statement: moves, prices, and what follows from failures. `now` is business time. */
function apply(db: Db, now: Date): Parameter {
  return db.part`${db.fragment(MOVE)}, ${reopening(db, "true", now)}, ${db.fragment(TELL)}`;
}

/**
 * Applies a batch; what finds no message is parked. The caller applies the parked ones of the same
 * wamids afterwards, because the message may have been stored between the two.
 */
export async function applyReceipts(
  db: Db,
  rows: readonly ReceiptRow[],
  now: Date,
): Promise<Applied & { parked: string[] }> {
  const sql = db.fragment;
  const outcome = await db.first<Applied & { parked: string[] }>`
    with receipts as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(${sql(RECEIPT_COLUMNS)})
    ), ${apply(db, now)}, parked as (
      insert into parked_receipts (integration_id, wamid, status, receipt)
      select f.integration_id, f.wamid, f.status, to_jsonb(f) - '{found_id,found_direction}'::text[]
      from found f where f.found_id is null
      on conflict do nothing
      returning wamid
    )
    select (select coalesce(jsonb_agg(distinct wamid), '[]'::jsonb) from parked) as parked,
      ${sql(APPLIED)}`;
  return outcome ?? { ...NOTHING, parked: [] };
}

/** Applies and removes parked receipts whose message is known by now. */
export async function applyParked(db: Db, wamids: readonly string[], now: Date): Promise<Applied> {
  if (wamids.length === 0) return NOTHING;
  const sql = db.fragment;
  const outcome = await db.first<Applied>`
    with due as (
      delete from parked_receipts p
      where p.wamid = any(${[...wamids]}::text[]) and exists (select 1 from messages m
        where m.integration_id = p.integration_id and m.wamid = p.wamid)
      returning p.receipt
    ), receipts as (
      select x.* from due, jsonb_to_record(due.receipt) as x(${sql(RECEIPT_COLUMNS)})
    ), ${apply(db, now)}
    select ${sql(APPLIED)}`;
  return outcome ?? NOTHING;
}
