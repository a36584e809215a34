import { EXCHANGED, MODEL_COST, UNPRICED_CALLS } from "../../db/queries/reports.ts";
import { periodBefore } from "../../lib/period.ts";
import { type Report, shownPeriod, within } from "../period.ts";
import type { Figures, Overview } from "./model.ts";
import { firstReplies } from "./response-times.ts";
import { leadsCreated } from "./sources.ts";

/** The first row of a dashboard: the period beside the one of the same length before it. */
export async function readOverview(report: Report): Promise<Overview> {
  const { db, organizationId } = report;
  const [waiting, current, previous] = await Promise.all([
    db.first<{ count: number }>`
      select count(*) from conversations
      where organization_id = ${organizationId} and attention_reason is not null`,
    figuresOf(report),
    figuresOf({ ...report, period: periodBefore(report.period) }),
  ]);
  return { waitingForPerson: waiting?.count ?? 0, current, previous };
}

async function figuresOf({ db, organizationId, period }: Report): Promise<Figures> {
  const sql = db.fragment;
  const row = await db.first<Omit<Figures, "period">>`
    select
      (select count(*) from (${leadsCreated(db, organizationId, period)}) l) as new_leads,
      (select count(*) from (
        select distinct conversation_id from messages
        where organization_id = ${organizationId} and ${within(db, "sent_at", period)}
          and ${sql(EXCHANGED)} and author = 'lead') m) as active_conversations,
      (select count(distinct s.conversation_id) from stage_changes s
        where s.organization_id = ${organizationId} and s.to_stage = 'closed'
          and ${within(db, "s.created_at", period)}) as won,
      (select round(percentile_cont(0.5) within group (order by ms))::int8
        from (${firstReplies(db, organizationId, period)}) r) as first_reply_p50_ms,
      k.cost_usd, k.unpriced_calls
    from (
      select (${sql(MODEL_COST)})::text as cost_usd, ${sql(UNPRICED_CALLS)} as unpriced_calls
      from llm_calls k
      where k.organization_id = ${organizationId} and ${within(db, "k.created_at", period)}) k`;
  if (!row) throw new Error("An aggregate answers with one row.");
  return { period: shownPeriod(period), ...row };
}
