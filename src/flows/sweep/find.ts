import type { Db } from "../../db/client.ts";
import { isBots, isUnanswered, leaseIsFree } from "../../db/queries/claimable.ts";
import { outboxEvent } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { IS_DUE, WITH_CHAT_AND_NUMBER } from "../deliver/pick.ts";
import { type ConversationKey, giveUpChanges } from "../ingest/parked.ts";

/** Rows handled per pass, so that one pass never holds up the next. */
const BATCH = 500;

/** Work younger than this has a wake-up of its own under way. */
const GRACE = "interval '3 seconds'";

export interface LostTurn {
  organizationId: string;
  conversationId: string;
  cause: "message" | "follow_up";
}

/** So many overdue ones are looked at, and so many of one organization taken in one pass. */
const LOOKED_AT = 5_000;
const OF_ONE_ORGANIZATION = 100;

/**
 * Conversations the bot should be at and nobody is: by the same predicate as the claim, the longest
 * waiting first, and of each organization only so many, so that none is behind another's backlog.
 */
export function findLostTurns(db: Db, now: Date): Promise<LostTurn[]> {
  const sql = db.fragment;
  return db.rows<LostTurn>`
    with overdue as (
      (select c.organization_id, c.id as conversation_id, 'message' as cause, c.due_at
        from conversations c
        where ${sql(isBots("c"))} and ${sql(isUnanswered("c"))}
          and c.due_at <= now() - ${sql(GRACE)} and ${sql(leaseIsFree("c"))}
        order by c.due_at limit ${LOOKED_AT})
      union all
      (select c.organization_id, c.id, 'follow_up', c.follow_up_at from conversations c
        where ${sql(isBots("c"))} and not ${sql(isUnanswered("c"))}
          and c.follow_up_at <= ${now} and ${sql(leaseIsFree("c"))}
        order by c.follow_up_at limit ${LOOKED_AT})
    ), ranked as (
      select *, row_number() over (partition by organization_id, cause order by due_at) as place
      from overdue
    )
    select organization_id, conversation_id, cause from ranked
    where place <= ${OF_ONE_ORGANIZATION} order by place limit ${2 * BATCH}`;
}

/** Numbers with messages that were due a while ago. */
export function findStalledNumbers(
  db: Db,
): Promise<{ organizationId: string; integrationId: string }[]> {
  return db.rows`
    select distinct m.organization_id, m.integration_id from ${db.fragment(WITH_CHAT_AND_NUMBER)}
    where m.state = 'queued' and m.next_attempt_at <= now() - ${db.fragment(GRACE)}
      and ${db.fragment(IS_DUE)}
    limit ${BATCH}`;
}

/** Files with something to be done that nobody is at; of each organization only so many. */
export function findForgottenMedia(db: Db): Promise<{ organizationId: string; mediaId: string }[]> {
  return db.rows`
    with waiting as (
      select md.organization_id, md.id, md.next_attempt_at from media md
      where md.step is not null and md.next_attempt_at <= now() - ${db.fragment(GRACE)}
        and ${db.fragment(leaseIsFree("md"))}
      order by md.next_attempt_at limit ${LOOKED_AT}
    ), ranked as (
      select *, row_number() over (partition by organization_id order by next_attempt_at) as place
      from waiting
    )
    select organization_id, id as media_id from ranked
    where place <= ${OF_ONE_ORGANIZATION} order by place limit ${BATCH}`;
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

/**
 * Chats where a change waits whose message is there: a merge brought the two together, or whoever kept
 * the change died before it was applied. Only young ones, as of receipts.
 */
export function findDueChanges(db: Db): Promise<ConversationKey[]> {
  return db.rows<ConversationKey>`
    select distinct x.organization_id, x.conversation_id from message_changes x
    join messages m on m.integration_id = x.integration_id and m.wamid = x.target_wamid
    where x.settled_at is null and x.created_at > now() - interval '2 minutes'
    limit ${BATCH}`;
}

/** Statuses of messages we never sent, rows of processes long gone, and traces kept long enough. */
export async function removeLeftovers(db: Db): Promise<void> {
  await db.rows`
    delete from turn_traces where (organization_id, turn_id) in (
      select organization_id, turn_id from turn_traces
      where expires_at < now() order by expires_at limit ${BATCH})`;
  await db.rows`delete from parked_receipts where created_at < now() - interval '1 day'`;
  await giveUpChanges(db);
  await db.rows`delete from workers where seen_at < now() - interval '1 hour'`;
}
