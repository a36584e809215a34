import type { Db } from "../../db/client.ts";
import {
  callPerson,
  conversationNews,
  messageNews,
  messageState,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { SendClaim } from "./claim.ts";
import { afterAnswer, afterUnclear } from "./number-breaker.ts";

/**
 * Meta took the message. A status may have come first and settled it: the state only moves up from
 * `sending` or `unknown`.
 */
export async function settleAccepted(
  db: Db,
  claim: SendClaim,
  wamid: string,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with accepted as (
      update messages m set wamid = coalesce(m.wamid, ${wamid}),
        state = case when m.state in ('sending', 'unknown') then 'accepted' else m.state end,
        error_code = null, error_text = null, version = m.version + 1
      where m.organization_id = ${claim.organizationId} and m.id = ${claim.messageId}
      returning m.*
    ), answered as (
      ${sql(afterAnswer("accepted"))}
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id,
        case when accepted.seen_wake_seq is null then 'message.sent' else 'follow_up.sent' end,
        id, version, ${sql(messageState("accepted"))} from accepted
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

/** Meta refused it for good, or its tries are spent: the message failed and a person is asked to look. */
export async function settleFailed(
  db: Db,
  claim: SendClaim,
  failure: NotTaken,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with failed as (
      update messages m set state = 'failed', error_code = ${failure.code},
        error_text = ${failure.text}, version = m.version + 1
      where m.organization_id = ${claim.organizationId} and m.id = ${claim.messageId}
        and m.state = 'sending' and m.attempts = ${claim.attempt}
      returning m.*
    ), flagged as (
      ${sql(callPerson("failed", "send_failed"))}
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
