import type { Db } from "../../db/client.ts";
import {
  callPerson,
  conversationNews,
  messageNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";

const BATCH = 500;

/** A send whose process died or hung: nobody knows whether Meta took it. */
export async function doubtOverdueSends(db: Db): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with overdue as (
      select organization_id, id from messages
      where state = 'sending' and send_deadline_at < now()
      order by send_deadline_at limit ${BATCH} for update skip locked
    ), doubted as (
      update messages m set state = 'unknown', version = m.version + 1,
        error_text = 'No answer was recorded in time.'
      from overdue o where m.organization_id = o.organization_id and m.id = o.id
      returning m.*
    ), news as (
      ${sql(outboxInsert(messageNews("message.status", "doubted")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/**
 * An `unknown` send that no status settled becomes a person's task: 90 s after the send, counted only
 * if the number has received webhooks since (silence while our ingress is down proves nothing), or
 * after 10 minutes in any case, because somebody must see it.
 */
export async function askAboutDoubts(db: Db): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with doubtful as (
      select m.organization_id, m.id from messages m
      join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id
      where m.state = 'unknown' and m.doubt_at is null
        and (m.send_deadline_at < now() - interval '70 seconds'
            and i.last_ingress_at > m.send_deadline_at
          or m.send_deadline_at < now() - interval '10 minutes')
      limit ${BATCH} for update of m skip locked
    ), asked as (
      update messages m set doubt_at = now(), version = m.version + 1
      from doubtful d where m.organization_id = d.organization_id and m.id = d.id
      returning m.*
    ), flagged as (
      ${sql(callPerson("asked", "send_in_doubt"))}
    ), news as (
      ${sql(
        outboxInsert(
          messageNews("message.status", "asked"),
          conversationNews("attention.required", "flagged"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** What waited too long is no longer worth sending; a person should know that it was not. */
export async function expireQueued(db: Db): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with stale as (
      select organization_id, id from messages
      where state = 'queued' and expires_at <= now()
      limit ${BATCH} for update skip locked
    ), expired as (
      update messages m set state = 'cancelled', cancel_reason = 'expired', version = m.version + 1
      from stale s where m.organization_id = s.organization_id and m.id = s.id
      returning m.*
    ), flagged as (
      update conversations c set attention_reason = coalesce(c.attention_reason, 'send_failed'),
        attention_at = coalesce(c.attention_at, now()), version = c.version + 1
      from (select distinct organization_id, conversation_id from expired
        where seen_wake_seq is null) e
      where c.organization_id = e.organization_id and c.id = e.conversation_id
      returning c.*
    ), news as (
      ${sql(
        outboxInsert(
          messageNews("message.updated", "expired"),
          conversationNews("attention.required", "flagged"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
