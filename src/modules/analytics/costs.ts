import { EXCHANGED, MESSAGE_FEES, mergedLeads } from "../../db/queries/reports.ts";
import { type Report, shownPeriod, within } from "../period.ts";
import { readStageCosts } from "./costs-by-stage.ts";
import type { CostsReport } from "./model.ts";

type Shares = CostsReport["perLead"];

interface Totals extends Pick<CostsReport, "calls" | "unpricedCalls" | "costUsd" | "fees"> {
  perLead: Shares;
  perConversation: Shares;
  perWonDeal: Shares;
}

/** What the period's model calls and messages cost, and what that is for each lead, chat, deal and stage. */
export async function readCosts(report: Report): Promise<CostsReport> {
  const [totals, stages] = await Promise.all([totalsOf(report), readStageCosts(report)]);
  return { period: shownPeriod(report.period), ...totals, stages };
}

const shares = (count: string) => `jsonb_build_object('count', ${count},
  'averageUsd', trim_scale(round(t.cost / nullif(${count}, 0), 12))::text,
  'averageFeeUsd', trim_scale(round(fees.usd / nullif(${count}, 0), 12))::text)`;

async function totalsOf({ db, organizationId, period }: Report): Promise<Totals> {
  const sql = db.fragment;
  const row = await db.first<Totals>`
    with recursive ${mergedLeads(db, organizationId)}, chats as (
      select k.conversation_id, coalesce(m.root, k.lead_id) as lead_id, count(*) as calls,
        count(k.cost) as priced, sum(k.cost) as cost
      from llm_calls k left join merged m on m.id = k.lead_id
      where k.organization_id = ${organizationId} and ${within(db, "k.created_at", period)}
      group by 1, 2
    ), t as (
      select coalesce(sum(calls), 0)::int8 as calls,
        coalesce(sum(calls - priced), 0)::int8 as unpriced_calls,
        count(distinct lead_id) as leads, count(distinct conversation_id) as conversations,
        case when sum(calls) > 0 and sum(priced) = 0 then null else coalesce(sum(cost), 0) end
          as cost,
        (select count(distinct s.conversation_id) from stage_changes s
          where s.organization_id = ${organizationId} and s.to_stage = 'closed'
            and ${within(db, "s.created_at", period)}) as won
      from chats
    ), fees as (
      select count(*) as messages, count(*) - count(f.usd) as unpriced, (${sql(MESSAGE_FEES)}) as usd
      from messages m
      left join message_fees f on f.organization_id = m.organization_id and f.message_id = m.id
      where m.organization_id = ${organizationId} and ${within(db, "m.sent_at", period)}
        and m.${sql(EXCHANGED)} and m.author <> 'lead'
    )
    select t.calls, t.unpriced_calls, trim_scale(t.cost)::text as cost_usd,
      jsonb_build_object('messages', fees.messages, 'unpricedMessages', fees.unpriced,
        'feeUsd', fees.usd::text) as fees,
      ${sql(shares("t.leads"))} as per_lead, ${sql(shares("t.conversations"))} as per_conversation,
      ${sql(shares("t.won"))} as per_won_deal
    from t, fees`;
  if (!row) throw new Error("An aggregate answers with one row.");
  return row;
}
