import type { Db } from "../../db/client.ts";
import { conversationNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import type { TurnTrace } from "../../funnel/trace.ts";
import type { AttentionReason } from "../../funnel/turn.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Claim } from "./claim.ts";
import { traceInsert } from "./trace.ts";

/**
 * Hands a turn back after a failure: the conversation is due again after `delayMs`. `spendsTry` is
 * false when the turn was only interrupted (shutdown). Answers when it is due and what to tell,
 * undefined if another worker owns the conversation by now.
 */
export async function releaseTurn(
  db: Db,
  claim: Claim,
  release: {
    delayMs: number;
    spendsTry: boolean;
    error: string;
    now: Date;
    trace: TurnTrace | null;
  },
): Promise<{ dueAt: Date; events: LiveEvent[] } | undefined> {
  const nudgeAt = new Date(release.now.getTime() + release.delayMs);
  const isNudge = claim.cause === "follow_up";
  const sql = db.fragment;
  return await db.first<{ dueAt: Date; events: LiveEvent[] }>`
    with released as (
      update conversations c set lease_owner = null, lease_until = null,
        turn_attempts = c.turn_attempts - ${release.spendsTry ? 0 : 1}::smallint,
        due_at = now() + ${release.delayMs} * interval '1 millisecond',
        follow_up_at = case when ${isNudge} then ${nudgeAt} else c.follow_up_at end,
        version = c.version + ${isNudge}::boolean::int
      where c.organization_id = ${claim.organizationId} and c.id = ${claim.conversationId}
        and c.lease_epoch = ${claim.epoch} and c.lease_owner is not null
      returning c.*
    ), moved as (
      select * from released where ${isNudge}
    ), closed as (
      update turns t set error = ${release.error}, finished_at = now(), disposition = 'released'
      from released r where t.organization_id = r.organization_id and t.id = ${claim.turnId}
    ), traced as (
      ${traceInsert(db, claim, release.trace, "released")}
    ), billed as (
      update llm_calls l set disposition = 'released' from released r
      where l.organization_id = r.organization_id and l.turn_id = ${claim.turnId}
    ), news as (
      ${sql(outboxInsert(conversationNews("follow_up.scheduled", "moved")))}
    )
    select due_at, ${sql(outboxEvents("news"))} as events from released`;
}

/**
 * Gives a turn up for good: what it should have answered counts as handled, and a person is asked to
 * look. Needs nothing that could be the poison itself. Answers what to tell, undefined if another worker
 * owns the conversation by now.
 */
export async function buryTurn(
  db: Db,
  claim: Claim,
  attention: AttentionReason,
  { error, trace }: { error: string; trace: TurnTrace | null },
): Promise<LiveEvent[] | undefined> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with buried as (
      update conversations c set lease_owner = null, lease_until = null, turn_attempts = 0,
        supersessions = 0, handled_seq = c.wake_seq, answered_seq = c.last_seq,
        follow_up_at = null, attention_reason = coalesce(c.attention_reason, ${attention}),
        attention_at = coalesce(c.attention_at, now()), version = c.version + 1
      where c.organization_id = ${claim.organizationId} and c.id = ${claim.conversationId}
        and c.lease_epoch = ${claim.epoch} and c.lease_owner is not null
      returning c.*
    ), closed as (
      update turns t set error = ${error}, finished_at = now(), disposition = 'buried'
      from buried b where t.organization_id = b.organization_id and t.id = ${claim.turnId}
    ), traced as (
      ${traceInsert(db, claim, trace, "buried")}
    ), billed as (
      update llm_calls l set disposition = 'buried' from buried b
      where l.organization_id = b.organization_id and l.turn_id = ${claim.turnId}
    ), news as (
      ${sql(outboxInsert(conversationNews("attention.required", "buried")))}
    )
    select ${sql(outboxEvents("news"))} as events from buried`;
  return row?.events;
}
