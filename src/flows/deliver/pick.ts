import type { Db } from "../../db/client.ts";
import { mayClaim, roomOf } from "./number-breaker.ts";

export interface Candidate {
  id: string;
  conversationId: string;
  /** Who it goes to: phone digits, else BSUID. The pacer counts per recipient. */
  recipient: string;
}

/** A message waits for the unsettled one before it: static SQL over the message row `m`. */
export const NOTHING_EARLIER_IS_OPEN = `not exists (
  select 1 from messages e
  where e.conversation_id = m.conversation_id and e.seq < m.seq and (e.state in ('queued', 'sending')
    or e.state = 'unknown' and e.doubt_at is null and m.author = 'bot'))`;

/**
 * The number's next messages that may be tried now: a person's before a reply before a nudge, oldest
 * first, one per conversation, leaving out what this process is already at. None while the number's
 * breaker is open, few while it recovers.
 */
export async function pickCandidates(
  db: Db,
  number: { organizationId: string; integrationId: string },
  busyIds: readonly string[],
  limit: number,
): Promise<Candidate[]> {
  return await db.rows<Candidate>`
    select m.id, m.conversation_id, coalesce(c.phone, c.bsuid, c.id::text) as recipient
    from messages m
    join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id
    join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id
    where m.organization_id = ${number.organizationId} and m.integration_id = ${number.integrationId}
      and m.state = 'queued' and m.next_attempt_at <= now()
      and ${db.fragment(mayClaim("i"))}
      and m.id <> all(${[...busyIds]}::uuid[])
      and ${db.fragment(NOTHING_EARLIER_IS_OPEN)}
    order by m.priority, m.created_at
    limit (select least(${limit}::int, ${db.fragment(roomOf("n"))}) from integrations n
      where n.organization_id = ${number.organizationId} and n.id = ${number.integrationId})`;
}

/** When the number's next waiting message may be tried; undefined if none waits. */
export async function nextDueAt(
  db: Db,
  number: { organizationId: string; integrationId: string },
): Promise<Date | undefined> {
  const row = await db.first<{ dueAt: Date | null }>`
    select min(greatest(m.next_attempt_at,
      case when not ${db.fragment(mayClaim("i"))} then i.paused_until end)) as due_at
    from messages m
    join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id
    where m.organization_id = ${number.organizationId} and m.integration_id = ${number.integrationId}
      and m.state = 'queued'
      and (m.next_attempt_at > now() or not ${db.fragment(mayClaim("i"))})`;
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
