import type { Db } from "../../db/client.ts";
import { messageNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { MAX_PAIR_HOLD_SECONDS, PAIR_HOLD_FACTOR } from "../../whatsapp/pace.ts";
import type { SendClaim } from "./claim.ts";
import { effectDueAt } from "./effects.ts";
import { afterAnswer } from "./number-breaker.ts";

interface Refusal {
  code: number;
  text: string;
}

/**
 * Meta takes nothing of this number, or nothing of the bot: that was no try of this message, which
 * waits with the time it has left until the number goes on.
 */
export async function settleReturned(
  db: Db,
  claim: SendClaim,
  { code, text }: Refusal,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with returned as (
      update messages set state = 'queued', attempts = attempts - 1, error_code = ${code},
        error_text = ${text}, effect_due_at = ${sql(effectDueAt(String(code)))},
        next_attempt_at = now(), version = version + 1
      where organization_id = ${claim.organizationId} and id = ${claim.messageId}
        and state = 'sending' and attempts = ${claim.attempt}
      returning *
    ), number as (
      ${sql(afterAnswer("returned"))}
    ), news as (
      ${sql(outboxInsert(messageNews("message.updated", "returned")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/**
 * Too many messages to one person (131056): nothing goes to them for 1, 4, 16 … s, by how many
 * refusals came in a row (whatsapp.md 7); others are not concerned. The message keeps its place.
 */
export async function settleHeld(
  db: Db,
  claim: SendClaim,
  { code, text }: Refusal,
  retryAfterMs: number,
): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with held as (
      update conversations c set pair_refusals = least(c.pair_refusals + 1, 1000),
        held_until = now() + greatest(${retryAfterMs}::float8 / 1000, least(
            ${MAX_PAIR_HOLD_SECONDS}::float8, power(${PAIR_HOLD_FACTOR}::float8, least(c.pair_refusals, 20))
          )) * interval '1 second'
      where c.organization_id = ${claim.organizationId} and c.id = ${claim.conversationId}
        and exists (select 1 from messages m where m.organization_id = c.organization_id
          and m.id = ${claim.messageId} and m.state = 'sending' and m.attempts = ${claim.attempt})
      returning c.held_until
    ), requeued as (
      update messages m set state = 'queued', error_code = ${code}, error_text = ${text},
        next_attempt_at = held.held_until, version = m.version + 1
      from held where m.organization_id = ${claim.organizationId} and m.id = ${claim.messageId}
        and m.state = 'sending' and m.attempts = ${claim.attempt}
      returning m.*
    ), number as (
      ${sql(afterAnswer("requeued"))}
    ), news as (
      ${sql(outboxInsert(messageNews("message.updated", "requeued")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
