import type { Db, Parameter } from "../../db/client.ts";
import { EXCHANGED, mergedLeads } from "../../db/queries/reports.ts";
import { leadSources } from "../../funnel/lead.ts";
import type { Period } from "../../lib/period.ts";
import { type Report, shownPeriod, within } from "../period.ts";
import { rateOf, type SourcesReport } from "./model.ts";

/** As many advertisements as one answer names. */
const MAX_ADS = 100;

interface Gains {
  leads: number;
  won: number;
  costUsd: string | null;
  costPerLeadUsd: string | null;
  costPerWonUsd: string | null;
  unpricedCalls: number;
  feeUsd: string | null;
  unpricedMessages: number;
}

/** Of a source, or of an ad where `source` is null. */
interface Row extends Gains {
  source: string | null;
  sourceId: string | null;
  sourceType: string | null;
  headline: string | null;
}

/**
 * Of leads `l` with what became of each: `cost` is null where it had calls of unknown cost only, `fee`
 * where it was sent messages of unknown fee only.
 */
const GAINS = `count(*) as leads, count(*) filter (where l.won) as won,
  trim_scale(sum(l.cost))::text as cost_usd,
  trim_scale(round(sum(l.cost) / count(*), 12))::text as cost_per_lead_usd,
  trim_scale(round(sum(l.cost) / nullif(count(*) filter (where l.won), 0), 12))::text
    as cost_per_won_usd,
  sum(l.unpriced)::int8 as unpriced_calls, trim_scale(sum(l.fee))::text as fee_usd,
  sum(l.unpriced_messages)::int8 as unpriced_messages`;

/** What the leads created in the period came from, how many were won, and what they cost so far. */
export async function readSources(report: Report): Promise<SourcesReport> {
  const rows = await gainRows(report);
  const bySource = new Map(rows.map((row) => [row.source, row]));
  const ads = rows.flatMap(({ source, sourceId, sourceType, headline, ...row }) =>
    source === null && sourceId !== null
      ? [{ sourceId, sourceType, headline, ...gainsOf(row) }]
      : [],
  );
  return {
    period: shownPeriod(report.period),
    sources: leadSources.map((source) => ({
      source,
      ...gainsOf(bySource.get(source) ?? NOTHING),
    })),
    ads: ads.slice(0, MAX_ADS),
  };
}

const NOTHING: Gains = {
  leads: 0,
  won: 0,
  costUsd: "0",
  costPerLeadUsd: null,
  costPerWonUsd: null,
  unpricedCalls: 0,
  feeUsd: "0",
  unpricedMessages: 0,
};

function gainsOf(row: Gains) {
  const { leads, won, costUsd, costPerLeadUsd, costPerWonUsd, unpricedCalls } = row;
  const { feeUsd, unpricedMessages } = row;
  return {
    leads,
    won,
    wonRate: rateOf(won, leads),
    costUsd,
    costPerLeadUsd,
    costPerWonUsd,
    unpricedCalls,
    feeUsd,
    unpricedMessages,
  };
}

/** Of leads `cohort`, what became of each and of those merged into it: CTEs, the last is `gained`. */
function leadsWithGains({ db, organizationId, period }: Report): Parameter {
  return db.part`${mergedLeads(db, organizationId)}, cohort as (
      ${leadsCreated(db, organizationId, period)}
    ), people as (
      select id, id as root from cohort
      union all
      select m.id, m.root from merged m join cohort on cohort.id = m.root
    ), winners as (
      select distinct coalesce(m.root, c.lead_id) as root
      from stage_changes s
      cross join lateral (
        select lead_id from conversations
        where organization_id = ${organizationId} and id = s.conversation_id limit 1) c
      left join merged m on m.id = c.lead_id
      where s.organization_id = ${organizationId} and s.to_stage = 'closed'
        and s.created_at >= ${period.start}
    ), spent as (
      select p.root, sum(k.cost) as cost, count(*) - count(k.cost) as unpriced
      from people p
      join llm_calls k on k.organization_id = ${organizationId} and k.lead_id = p.id
      group by p.root
    ), charged as (
      select p.root, sum(f.usd) as fee, count(*) - count(f.usd) as unpriced
      from people p
      join conversations c on c.organization_id = ${organizationId} and c.lead_id = p.id
      join messages s on s.conversation_id = c.id and s.author <> 'lead' and s.${db.fragment(EXCHANGED)}
      left join message_fees f on f.organization_id = ${organizationId} and f.message_id = s.id
      group by p.root
    ), gained as (
      select cohort.source, cohort.referral ->> 'source_id' as source_id,
        cohort.referral ->> 'source_type' as source_type,
        cohort.referral ->> 'headline' as headline, winners.root is not null as won,
        case when spent.root is null then 0 else spent.cost end as cost,
        coalesce(spent.unpriced, 0) as unpriced,
        case when charged.root is null then 0 else charged.fee end as fee,
        coalesce(charged.unpriced, 0) as unpriced_messages
      from cohort
      left join winners on winners.root = cohort.id
      left join spent on spent.root = cohort.id
      left join charged on charged.root = cohort.id
    )`;
}

async function gainRows(report: Report): Promise<Row[]> {
  const { db } = report;
  return await db.rows<Row>`
    with recursive ${leadsWithGains(report)}
    select l.source, l.source_id, l.source_type, max(l.headline) as headline,
      ${db.fragment(GAINS)}
    from gained l
    group by grouping sets ((l.source), (l.source_id, l.source_type))
    order by l.source nulls last, l.source_id is null, leads desc, 2, 3
    limit ${leadSources.length + MAX_ADS}`;
}

/** Erased leads count; one that was merged into another does not. Each half has an index of its own. */
export function leadsCreated(db: Db, organizationId: string, period: Period): Parameter {
  return db.part`
    select l.id, l.source, l.referral from leads l
    where l.organization_id = ${organizationId} and l.merged_into is null
      and l.erased_at is null and ${within(db, "l.created_at", period)}
    union all
    select l.id, l.source, l.referral from leads l
    where l.organization_id = ${organizationId} and l.merged_into is null
      and l.erased_at is not null and ${within(db, "l.created_at", period)}`;
}
