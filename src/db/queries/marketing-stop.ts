import type { MarketingStopSource } from "../../funnel/lead.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Db } from "../client.ts";
import { leadNews, outboxEvents, outboxInsert } from "./public-state.ts";

/** What one lead says about marketing. */
export interface MarketingDecision {
  organizationId: string;
  leadId: string;
  stop: boolean;
  source: MarketingStopSource;
  /** ISO 8601: when they said so. */
  at: string;
}

/**
 * Keeps who wants marketing and who does not. The newest word counts, in whatever order they come; one
 * that says nothing new changes no row that people see. Answers the live events.
 */
export async function decideMarketing(
  db: Db,
  decisions: readonly MarketingDecision[],
): Promise<LiveEvent[]> {
  if (decisions.length === 0) return [];
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with said as (
      select distinct on (x."leadId") x.* from jsonb_to_recordset(${db.json(decisions)}) as x(
        "organizationId" uuid, "leadId" uuid, stop boolean, source text, at timestamptz)
      order by x."leadId", x.at desc
    ), known as (
      select l.organization_id, l.id, s.stop, s.source, s.at,
        (l.marketing_stopped_at is not null) <> s.stop as is_news
      from said s join leads l on l.organization_id = s."organizationId" and l.id = s."leadId"
      where l.erased_at is null and coalesce(l.marketing_told_at, '-infinity') <= s.at
      order by l.id for update of l
    ), told as (
      update leads l set marketing_told_at = k.at,
        marketing_stopped_at = case when k.is_news then case when k.stop then k.at end
          else l.marketing_stopped_at end,
        marketing_stop_source = case when k.is_news then case when k.stop then k.source end
          else l.marketing_stop_source end,
        version = l.version + k.is_news::int
      from known k where l.organization_id = k.organization_id and l.id = k.id
      returning l.*, k.is_news
    ), changed as (
      select * from told where is_news
    ), news as (
      ${sql(outboxInsert(leadNews("lead.updated", "changed")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** WhatsApp refused marketing to the lead of this conversation (131050). Answers the live events. */
export async function stopMarketing(
  db: Db,
  {
    organizationId,
    conversationId,
    at,
  }: { organizationId: string; conversationId: string; at: Date },
): Promise<LiveEvent[]> {
  const lead = await db.first<{ id: string }>`
    select coalesce(l.merged_into, l.id) as id
    from conversations c join leads l on l.organization_id = c.organization_id and l.id = c.lead_id
    where c.organization_id = ${organizationId} and c.id = ${conversationId}`;
  if (!lead) return [];
  const source = "refusal";
  return await decideMarketing(db, [
    { organizationId, leadId: lead.id, stop: true, source, at: at.toISOString() },
  ]);
}

/**
 * Why a template may not go out any more, or null: static SQL over message `m`, for the last gate. A
 * template that is not known here is Meta's to judge.
 */
export const TEMPLATE_OBSTACLE = `(
  select case when t.status <> 'APPROVED' then 'template_unsendable'
      when t.category = 'MARKETING' and l.marketing_stopped_at is not null then 'marketing_stopped'
    end
  from templates t join conversations k on k.organization_id = m.organization_id
      and k.id = m.conversation_id
    join leads l on l.organization_id = k.organization_id and l.id = k.lead_id
  where m.payload ->> 'type' = 'template' and t.organization_id = m.organization_id
    and t.integration_id = m.integration_id and t.name = m.payload ->> 'name'
    and t.language = m.payload ->> 'language')`;
