import type { Db } from "../../db/client.ts";
import { isBots, isUnanswered, leaseIsFree } from "../../db/queries/claimable.ts";
import { outboxEvent } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";

/** Rows handled per pass, so that one pass never holds up the next. */
const BATCH = 500;

/** Work younger than this has a wake-up of its own under way. */
const GRACE = "interval '3 seconds'";

export interface LostTurn {
  organizationId: string;
  conversationId: string;
  cause: "message" | "follow_up";
}

/** Conversations the bot should be at and nobody is: by the same predicate as the claim. */
export function findLostTurns(db: Db, now: Date): Promise<LostTurn[]> {
  const sql = db.fragment;
  return db.rows<LostTurn>`
    (select c.organization_id, c.id as conversation_id, 'message' as cause from conversations c
      where ${sql(isBots("c"))} and ${sql(isUnanswered("c"))}
        and c.due_at <= now() - ${sql(GRACE)} and ${sql(leaseIsFree("c"))}
      order by c.due_at limit ${BATCH})
    union all
    (select c.organization_id, c.id, 'follow_up' from conversations c
      where ${sql(isBots("c"))} and not ${sql(isUnanswered("c"))}
        and c.follow_up_at <= ${now} and ${sql(leaseIsFree("c"))}
      order by c.follow_up_at limit ${BATCH})`;
}

/** Numbers with messages that were due a while ago. */
export function findStalledNumbers(
  db: Db,
): Promise<{ organizationId: string; integrationId: string }[]> {
  return db.rows`
    select distinct m.organization_id, m.integration_id from messages m
    join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id
    where m.state = 'queued' and m.next_attempt_at <= now() - ${db.fragment(GRACE)}
      and (i.paused_until is null or i.paused_until <= now())
    limit ${BATCH}`;
}

/** Events whose process died between commit and publication. */
export async function findUnpublished(db: Db): Promise<LiveEvent[]> {
  const rows = await db.rows<{ event: LiveEvent }>`
    select ${db.fragment(outboxEvent("o"))} as event from outbox o
    where o.created_at < now() - interval '5 seconds' order by o.created_at limit ${BATCH}`;
  return rows.map((row) => row.event);
}

/**
 * Parked receipts whose message turned up after all. Only young ones: another program sending from
 * the same number leaves statuses here that never find a message.
 */
export async function findAppliable(db: Db): Promise<string[]> {
  const rows = await db.rows<{ wamid: string }>`
    select distinct p.wamid from parked_receipts p
    join messages m on m.integration_id = p.integration_id and m.wamid = p.wamid
    where p.created_at > now() - interval '2 minutes'
    limit ${BATCH}`;
  return rows.map((row) => row.wamid);
}

/** Statuses of messages we never sent, and rows of processes long gone. */
export async function removeLeftovers(db: Db): Promise<void> {
  await db.rows`delete from parked_receipts where created_at < now() - interval '1 day'`;
  await db.rows`delete from workers where seen_at < now() - interval '1 hour'`;
}
