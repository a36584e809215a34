import type { Parameter } from "../../db/client.ts";
import { EXCHANGED } from "../../db/queries/reports.ts";
import { type Stage, stages } from "../../funnel/lead.ts";
import { type Report, within } from "../period.ts";
import type { CostsReport } from "./model.ts";

type StageCosts = CostsReport["stages"][number];
type Calls = Pick<StageCosts, "calls" | "unpricedCalls" | "costUsd">;
type Fees = Pick<StageCosts, "messages" | "unpricedMessages" | "feeUsd">;

const noCalls: Calls = { calls: 0, unpricedCalls: 0, costUsd: "0" };
const noFees: Fees = { messages: 0, unpricedMessages: 0, feeUsd: "0" };

/** What calls and messages cost in each stage that their conversations were in. */
export async function readStageCosts(report: Report): Promise<StageCosts[]> {
  const [calls, fees] = await Promise.all([callsByStage(report), feesByStage(report)]);
  const ofStage = <Row extends { stage: Stage }>(rows: readonly Row[], wanted: Stage) =>
    rows.find(({ stage }) => stage === wanted);
  return stages.map((stage) => ({
    ...{ stage, ...noCalls, ...noFees },
    ...{ ...ofStage(calls, stage), ...ofStage(fees, stage) },
  }));
}

/**
 * CTE `spans`. Something happened in the stage that the next change after it left; with none after it,
 * in today's. A turn's calls are stored before its stage change, and both times are the database's.
 */
function spans({ db, organizationId, period }: Report): Parameter {
  return db.part`spans as (
    select s.conversation_id, s.from_stage, s.created_at as until,
      lag(s.created_at, 1, '-infinity') over (
        partition by s.conversation_id order by s.created_at) as since
    from stage_changes s
    where s.organization_id = ${organizationId} and s.created_at >= ${period.start}
  )`;
}

/** From `chats`, which have a `from_stage` only where a change followed: by today's stage otherwise. */
const BY_STAGE = `coalesce(chats.from_stage, c.stage) as stage, sum(number)::int8`;

function todaysStage({ db, organizationId }: Report): Parameter {
  return db.part`left join lateral (
    select stage from conversations
    where chats.from_stage is null and organization_id = ${organizationId}
      and id = chats.conversation_id limit 1) c on true`;
}

async function callsByStage(report: Report) {
  const { db, organizationId, period } = report;
  return await db.rows<Calls & { stage: Stage }>`
    with ${spans(report)}, chats as (
      select k.conversation_id, s.from_stage, count(*) as number, count(k.cost) as priced,
        sum(k.cost) as cost
      from llm_calls k
      left join spans s on s.conversation_id = k.conversation_id
        and k.created_at > s.since and k.created_at <= s.until
      where k.organization_id = ${organizationId} and ${within(db, "k.created_at", period)}
      group by 1, 2
    )
    select ${db.fragment(BY_STAGE)} as calls, sum(number - priced)::int8 as unpriced_calls,
      trim_scale(sum(cost))::text as cost_usd
    from chats ${todaysStage(report)} group by 1`;
}

async function feesByStage(report: Report) {
  const { db, organizationId, period } = report;
  return await db.rows<Fees & { stage: Stage }>`
    with ${spans(report)}, chats as (
      select m.conversation_id, s.from_stage, count(*) as number, count(f.usd) as priced,
        sum(f.usd) as usd
      from messages m
      left join message_fees f on f.organization_id = m.organization_id and f.message_id = m.id
      left join spans s on s.conversation_id = m.conversation_id
        and m.created_at > s.since and m.created_at <= s.until
      where m.organization_id = ${organizationId} and ${within(db, "m.sent_at", period)}
        and m.${db.fragment(EXCHANGED)} and m.author <> 'lead'
      group by 1, 2
    )
    select ${db.fragment(BY_STAGE)} as messages, sum(number - priced)::int8 as unpriced_messages,
      trim_scale(sum(usd))::text as fee_usd
    from chats ${todaysStage(report)} group by 1`;
}
