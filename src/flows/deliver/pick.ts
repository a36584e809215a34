import type { Db } from "../../db/client.ts";
import { windowIsOpen } from "../../db/queries/window.ts";
import { mayClaim, roomOf } from "./number-breaker.ts";
import type { Reach } from "./reach.ts";

export interface Candidate {
  id: string;
  conversationId: string;
  /** Who it goes to: phone digits, else BSUID. The pacer counts per recipient. */
  recipient: string;
  /** What Meta takes from the number. */
  sendsPerSecond: number;
  /** What it asks of the portfolio's messaging limit; null: nothing, or there is none. */
  reach: Reach | null;
  /** The uploaded file that it carries. */
  fileId: string | null;
}

/** A message waits for the unsettled one before it: static SQL over the message row `m`. */
export const NOTHING_EARLIER_IS_OPEN = `not exists (
  select 1 from messages e
  where e.conversation_id = m.conversation_id and e.seq < m.seq and (e.state in ('queued', 'sending')
    or e.state = 'unknown' and e.doubt_at is null and m.author = 'bot'))`;

/** Who of the message `m`, its chat `c` and its number `i` makes it wait longest: static SQL. */
const DUE_AT = `greatest(m.next_attempt_at, c.held_until,
  case when m.author <> 'human' then i.bot_paused_until end,
  case when m.kind = 'template' then i.templates_held_until end,
  case when not ${mayClaim("i")} then i.paused_until end)`;

/** Whether the message may be tried now. A number that is stopped has no time at which it goes on. */
export const IS_DUE = `(i.stopped_at is null and ${DUE_AT} <= now())`;

export const WITH_CHAT_AND_NUMBER = `messages m
  join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id
  join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id`;

/**
 * The number's next messages that may be tried now: a person's before a reply before a nudge, oldest
 * first, one per conversation, leaving out what this process is already at. None while the number is
 * stopped or its breaker is open, few while it recovers. `now` is business time.
 */
export async function pickCandidates(
  db: Db,
  number: { organizationId: string; integrationId: string },
  { busyIds, limit, now }: { busyIds: readonly string[]; limit: number; now: Date },
): Promise<Candidate[]> {
  const sql = db.fragment;
  return await db.rows<Candidate>`
    select m.id, m.conversation_id, coalesce(c.phone, c.bsuid, c.id::text) as recipient,
      i.sends_per_second, m.file_id,
      case when m.kind = 'template' and i.messaging_limit is not null
          and not ${windowIsOpen(db, now)}
        then jsonb_build_object('portfolioId', i.portfolio_id, 'leadId', c.lead_id,
          'limit', i.messaging_limit) end as reach
    from ${sql(WITH_CHAT_AND_NUMBER)}
    where m.organization_id = ${number.organizationId} and m.integration_id = ${number.integrationId}
      and m.state = 'queued' and ${sql(IS_DUE)}
      and m.id <> all(${[...busyIds]}::uuid[])
      and ${sql(NOTHING_EARLIER_IS_OPEN)}
    order by m.priority, m.created_at
    limit (select least(${limit}::int, ${sql(roomOf("n"))}) from integrations n
      where n.organization_id = ${number.organizationId} and n.id = ${number.integrationId})`;
}

/** When the number's next waiting message may be tried; undefined if none waits, or for a stop's end. */
export async function nextDueAt(
  db: Db,
  number: { organizationId: string; integrationId: string },
): Promise<Date | undefined> {
  const sql = db.fragment;
  const row = await db.first<{ dueAt: Date | null }>`
    select min(${sql(DUE_AT)}) as due_at from ${sql(WITH_CHAT_AND_NUMBER)}
    where m.organization_id = ${number.organizationId} and m.integration_id = ${number.integrationId}
      and m.state = 'queued' and i.stopped_at is null and ${sql(DUE_AT)} > now()`;
  return row?.dueAt ?? undefined;
}

/** Puts a message off, unclaimed: the pacer said not yet. */
export async function putOff(
  db: Db,
  organizationId: string,
  messageId: string,
  delayMs: number,
): Promise<void> {
  await db.rows`
    update messages set next_attempt_at = now() + ${delayMs} * interval '1 millisecond'
    where organization_id = ${organizationId} and id = ${messageId} and state = 'queued'`;
}
