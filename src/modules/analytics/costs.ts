import { EXCHANGED, MESSAGE_FEES, mergedLeads } from "../../db/queries/reports.ts";
import { type Stage, stages } from "../../funnel/lead.ts";
import { type Report, shownPeriod, within } from "../period.ts";
import type { CostsReport } from "./model.ts";

interface Cost {
  calls: number;
  unpricedCalls: number;
  costUsd: string | null;
}

interface Totals extends Cost {
  leads: number;
  conversations: number;
  won: number;
  perLeadUsd: string | null;
  perConversationUsd: string | null;
  perWonUsd: string | null;
}

const average = (count: string) => `trim_scale(round(t.cost / nullif(${count}, 0), 12))::text`;

/** What the model calls of the period cost, what that is for each lead, chat and deal, and WhatsApp's fees. */
export async function readCosts(report: Report): Promise<CostsReport> {
  const [totals, byStage, fees] = await Promise.all([
    totalsOf(report),
    stageRows(report),
    feesOf(report),
  ]);
  const none: Cost = { calls: 0, unpricedCalls: 0, costUsd: "0" };
  return {
    period: shownPeriod(report.period),
    calls: totals?.calls ?? 0,
    unpricedCalls: totals?.unpricedCalls ?? 0,
    costUsd: totals?.costUsd ?? null,
    fees: fees ?? { messages: 0, unpricedMessages: 0, feeUsd: "0" },
    perLead: { count: totals?.leads ?? 0, averageUsd: totals?.perLeadUsd ?? null },
    perConversation: {
      count: totals?.conversations ?? 0,
      averageUsd: totals?.perConversationUsd ?? null,
    },
    perWonDeal: { count: totals?.won ?? 0, averageUsd: totals?.perWonUsd ?? null },
    stages: stages.map((stage) => {
      const { calls, unpricedCalls, costUsd } = byStage.find((row) => row.stage === stage) ?? none;
      return { stage, calls, unpricedCalls, costUsd };
    }),
  };
}

async function totalsOf({ db, organizationId, period }: Report): Promise<Totals | undefined> {
  const sql = db.fragment;
  return await db.first<Totals>`
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
    )
    select t.calls, t.unpriced_calls, t.leads, t.conversations, t.won,
      trim_scale(t.cost)::text as cost_usd, ${sql(average("t.leads"))} as per_lead_usd,
      ${sql(average("t.conversations"))} as per_conversation_usd,
      ${sql(average("t.won"))} as per_won_usd
    from t`;
}

async function feesOf({ db, organizationId, period }: Report) {
  const sql = db.fragment;
  return await db.first<CostsReport["fees"]>`
    select count(*) as messages, count(*) - count(f.usd) as unpriced_messages,
      (${sql(MESSAGE_FEES)})::text as fee_usd
    from messages m
    left join message_fees f on f.organization_id = m.organization_id and f.message_id = m.id
    where m.organization_id = ${organizationId} and ${within(db, "m.sent_at", period)}
      and m.${sql(EXCHANGED)} and m.author <> 'lead'`;
}

/**
 * A call was made in the stage that the next change after it left; with none after it, in today's.
 * A turn's calls are stored before its stage change, and both times are the database's.
 */
async function stageRows({ db, organizationId, period }: Report) {
  return await db.rows<Cost & { stage: Stage }>`
    with spans as (
      select s.conversation_id, s.from_stage, s.created_at as until,
        lag(s.created_at, 1, '-infinity') over (
          partition by s.conversation_id order by s.created_at) as since
      from stage_changes s
      where s.organization_id = ${organizationId} and s.created_at >= ${period.start}
    ), chats as (
      select k.conversation_id, s.from_stage, count(*) as calls, count(k.cost) as priced,
        sum(k.cost) as cost
      from llm_calls k
      left join spans s on s.conversation_id = k.conversation_id
        and k.created_at > s.since and k.created_at <= s.until
      where k.organization_id = ${organizationId} and ${within(db, "k.created_at", period)}
      group by 1, 2
    )
    select coalesce(chats.from_stage, c.stage) as stage, sum(calls)::int8 as calls,
      sum(calls - priced)::int8 as unpriced_calls, trim_scale(sum(cost))::text as cost_usd
    from chats
    left join lateral (
      select stage from conversations
      where chats.from_stage is null and organization_id = ${organizationId}
        and id = chats.conversation_id limit 1) c on true
    group by 1`;
}
