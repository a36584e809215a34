import type { Db, Parameter } from "../../db/client.ts";
import { mergedLeads } from "../../db/queries/reports.ts";
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
}

interface AdGains extends Gains {
  sourceId: string;
  sourceType: string | null;
  headline: string | null;
  /** Of all ads, also those beyond the last one shown. */
  adCount: number;
}

/** Of leads `l` with what became of each: `cost` is null where it had calls of unknown cost only. */
const GAINS = `count(*) as leads, count(*) filter (where l.won) as won,
  trim_scale(sum(l.cost))::text as cost_usd,
  trim_scale(round(sum(l.cost) / count(*), 12))::text as cost_per_lead_usd,
  trim_scale(round(sum(l.cost) / nullif(count(*) filter (where l.won), 0), 12))::text
    as cost_per_won_usd,
  sum(l.unpriced)::int8 as unpriced_calls`;

/** What the leads created in the period came from, how many were won, and what they cost so far. */
export async function readSources(report: Report): Promise<SourcesReport> {
  const [bySource, ads] = await Promise.all([sourceRows(report), adRows(report)]);
  return {
    period: shownPeriod(report.period),
    sources: leadSources.map((source) => ({
      source,
      ...gainsOf(bySource.find((row) => row.source === source) ?? NOTHING),
    })),
    ads: ads.map(({ sourceId, sourceType, headline, ...row }) => ({
      sourceId,
      sourceType,
      headline,
      ...gainsOf(row),
    })),
    adCount: ads[0]?.adCount ?? 0,
  };
}

const NOTHING: Gains = {
  leads: 0,
  won: 0,
  costUsd: "0",
  costPerLeadUsd: null,
  costPerWonUsd: null,
  unpricedCalls: 0,
};

function gainsOf(row: Gains) {
  const { leads, won, costUsd, costPerLeadUsd, costPerWonUsd, unpricedCalls } = row;
  return {
    leads,
    won,
    wonRate: rateOf(won, leads),
    costUsd,
    costPerLeadUsd,
    costPerWonUsd,
    unpricedCalls,
  };
}

async function sourceRows(report: Report) {
  const { db } = report;
  return await db.rows<Gains & { source: string }>`
    with recursive ${leadsWithGains(report)}
    select l.source, ${db.fragment(GAINS)} from gained l group by 1`;
}

async function adRows(report: Report) {
  const { db } = report;
  return await db.rows<AdGains>`
    with recursive ${leadsWithGains(report)}
    select l.referral ->> 'source_id' as source_id, l.referral ->> 'source_type' as source_type,
      max(l.referral ->> 'headline') as headline, ${db.fragment(GAINS)},
      count(*) over () as ad_count
    from gained l where l.referral ->> 'source_id' is not null
    group by 1, 2 order by leads desc, 1, 2 limit ${MAX_ADS}`;
}

/** CTEs, the last being `gained`: each lead of the period with what became of it and of those merged into it. */
function leadsWithGains({ db, organizationId, period }: Report): Parameter {
  return db.part`${mergedLeads(db, organizationId)}, cohort as (
      ${leadsCreated(db, organizationId, period)}
    ), people as (
      select id, id as root from cohort
      union all
      select m.id, m.root from merged m join cohort on cohort.id = m.root
    ), winners as (
      select distinct p.root from people p
      join conversations c on c.organization_id = ${organizationId} and c.lead_id = p.id
      join stage_changes s on s.organization_id = c.organization_id
        and s.conversation_id = c.id and s.to_stage = 'closed'
    ), spent as (
      select p.root, sum(k.cost) as cost, count(*) - count(k.cost) as unpriced
      from people p
      join llm_calls k on k.organization_id = ${organizationId} and k.lead_id = p.id
      group by p.root
    ), gained as (
      select cohort.source, cohort.referral, winners.root is not null as won,
        case when spent.root is null then 0 else spent.cost end as cost,
        coalesce(spent.unpriced, 0) as unpriced
      from cohort
      left join winners on winners.root = cohort.id
      left join spent on spent.root = cohort.id
    )`;
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
