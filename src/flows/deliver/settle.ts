import type { Db } from "../../db/client.ts";
import { ourReactions } from "../../db/queries/our-reactions.ts";
import {
  callPerson,
  conversationNews,
  messageNews,
  messageState,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import { FREE_ENTRY_MS, SERVICE_WINDOW_MS } from "../../funnel/window.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { SendClaim } from "./claim.ts";
import { effectDueAt } from "./effects.ts";
import { afterAnswer, afterUnclear } from "./number-breaker.ts";

/**
 * Meta took the message. A status may have come first and settled it: the state only moves up from
 * `sending` or `unknown`. What held the recipient back is over; and if it is our first answer to a lead
 * whom an ad or post brought within the last 24 hours, the free entry point begins (whatsapp.md 7, "Windows").
 * `now` is business time. A reaction stands at its message from now on.
 */
export async function settleAccepted(
  db: Db,
  claim: SendClaim,
  wamid: string,
  now: Date,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const broughtSince = new Date(now.getTime() - SERVICE_WINDOW_MS);
  const freeUntil = new Date(now.getTime() + FREE_ENTRY_MS);
  const row = await db.first<{ events: LiveEvent[] }>`
    with chat as (
      select c.organization_id, c.id, coalesce(c.free_entry_until <= ${now}, true) and exists (
          select 1 from messages r where r.conversation_id = c.id and r.direction = 'in'
            and jsonb_typeof(r.raw -> 'referral') = 'object' and r.sent_at > ${broughtSince}
            and r.sent_at <= ${now}) as enters
      from conversations c
      where c.organization_id = ${claim.organizationId} and c.id = ${claim.conversationId}
    ), moved as (
      update conversations c set pair_refusals = 0, held_until = null,
        free_entry_until = case when chat.enters and coalesce(c.free_entry_until <= ${now}, true)
          then ${freeUntil}::timestamptz else c.free_entry_until end,
        version = c.version + chat.enters::int
      from chat where c.organization_id = chat.organization_id and c.id = chat.id
        and (c.pair_refusals > 0 or chat.enters)
      returning c.*, chat.enters
    ), entered as (
      select * from moved where enters
    ), accepted as (
      update messages m set wamid = coalesce(m.wamid, ${wamid}),
        state = case when m.state in ('sending', 'unknown') then 'accepted' else m.state end,
        error_code = case when m.state = 'failed' then m.error_code end,
        error_text = case when m.state = 'failed' then m.error_text end, version = m.version + 1
      where m.organization_id = ${claim.organizationId} and m.id = ${claim.messageId}
        and (select count(*) from moved) >= 0
      returning m.*
    ), answered as (
      ${sql(afterAnswer("accepted"))}
    ), reacted as (
      ${sql(ourReactions("accepted"))}
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id,
        case when accepted.seen_wake_seq is null then 'message.sent' else 'follow_up.sent' end,
        id, version, ${sql(messageState("accepted"))} from accepted
      union all ${sql(conversationNews("conversation.updated", "entered"))}
      union all ${sql(messageNews("message.updated", "reacted"))}
      returning outbox.*
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** Whether Meta refused a message, could not be reached, or was not even asked. */
export type Meta = "answered" | "unreachable" | "not_asked";

/** What that says of the number of the messages in `table`. */
function numberStep(meta: Meta, table: string): string {
  if (meta === "not_asked") return "select 1";
  return meta === "answered" ? afterAnswer(table) : afterUnclear(table);
}

interface NotTaken {
  code: number | null;
  text: string;
  meta: Meta;
}

/** Certainly not taken by Meta: the message waits and is tried again. */
export async function settleRetry(
  db: Db,
  claim: SendClaim,
  retry: NotTaken & { delayMs: number },
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with requeued as (
      update messages set state = 'queued', error_code = ${retry.code}, error_text = ${retry.text},
        next_attempt_at = now() + ${retry.delayMs} * interval '1 millisecond', version = version + 1
      where organization_id = ${claim.organizationId} and id = ${claim.messageId}
        and state = 'sending' and attempts = ${claim.attempt}
      returning *
    ), number as (
      ${sql(numberStep(retry.meta, "requeued"))}
    ), news as (
      ${sql(outboxInsert(messageNews("message.updated", "requeued")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** Nobody knows whether Meta took it. Never sent again by itself; three in a row open the breaker. */
export async function settleUnknown(db: Db, claim: SendClaim, why: string): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with doubted as (
      update messages m set state = 'unknown', error_text = ${why}, version = m.version + 1
      where m.organization_id = ${claim.organizationId} and m.id = ${claim.messageId}
        and m.state = 'sending' and m.attempts = ${claim.attempt}
      returning m.*
    ), number as (
      ${sql(afterUnclear("doubted"))}
    ), news as (
      ${sql(outboxInsert(messageNews("message.status", "doubted")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

interface Failure extends NotTaken {
  /**
   * Why its dead letter is one: tried too often, or refused for what operators can put right and then
   * replay. Null: nothing of this installation is at fault, and there is no letter.
   */
  letter: "exhausted" | "refused" | null;
}

/** A message given up is a letter of `outbound`; one that dies again names the letter before it. */
const LETTER_COLUMNS = `f.organization_id, 'outbound', 'messages/' || f.id || '/' || f.attempts,
  convert_to(jsonb_build_object('v', 1, 'organizationId', f.organization_id,
    'integrationId', f.integration_id, 'messageId', f.id)::text, 'UTF8'),
  f.attempts, f.created_at, now(), f.id, (select d.id from dead_letters d
    where d.subject_id = f.id and d.replayed_at is not null
    order by d.replayed_at desc limit 1)`;

/** Meta refused it for good, or its tries are spent: the message failed and a person is asked to look. */
export async function settleFailed(
  db: Db,
  claim: SendClaim,
  failure: Failure,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with failed as (
      update messages m set state = 'failed', error_code = ${failure.code},
        error_text = ${failure.text},
        effect_due_at = ${sql(failure.code === null ? "null" : effectDueAt(String(failure.code)))},
        version = m.version + 1
      where m.organization_id = ${claim.organizationId} and m.id = ${claim.messageId}
        and m.state = 'sending' and m.attempts = ${claim.attempt}
      returning m.*
    ), flagged as (
      ${sql(callPerson("failed", "send_failed"))}
    ), buried as (
      insert into dead_letters (id, reason, error_class, organization_id, stream, origin, entry,
        tries, first_seen_at, last_seen_at, subject_id, replay_of)
      select ${newId()}::uuid, left(${failure.text}::text, 500), ${failure.letter}::text,
        ${sql(LETTER_COLUMNS)}
      from failed f where ${failure.letter}::text is not null
      on conflict do nothing
    ), number as (
      ${sql(numberStep(failure.meta, "failed"))}
    ), news as (
      ${sql(
        outboxInsert(
          messageNews("message.status", "failed"),
          conversationNews("attention.required", "flagged"),
        ),
      )}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
