import type { Db, Parameter } from "../../db/client.ts";
import { EXCHANGED } from "../../db/queries/reports.ts";
import type { Period } from "../../lib/period.ts";
import { type Report, shownPeriod, within } from "../period.ts";
import type { ResponseTimes, Waits } from "./model.ts";

const WAITS = `count(ms) as count, count(*) - count(ms) as waiting, round(avg(ms))::int8 as average_ms,
  round(percentile_cont(0.5) within group (order by ms))::int8 as p50_ms,
  round(percentile_cont(0.9) within group (order by ms))::int8 as p90_ms`;

const NONE: Waits = { count: 0, waiting: 0, averageMs: null, p50Ms: null, p90Ms: null };

/** How long leads of the period waited for their first reply, and calls for a person to come. */
export async function readResponseTimes(report: Report): Promise<ResponseTimes> {
  const { db, organizationId, period } = report;
  const [firstReply = NONE, humanClaim = NONE] = await Promise.all([
    db.first<Waits>`select ${db.fragment(WAITS)} from (${firstReplies(db, organizationId, period)}) r`,
    db.first<Waits>`select ${db.fragment(WAITS)} from (${claims(report)}) r`,
  ]);
  return { period: shownPeriod(period), firstReply, humanClaim };
}

/**
 * One row for each conversation created in the period in which the lead wrote; `ms` is null while
 * nobody answered. WhatsApp tells whole seconds, so a reply may seem to come before its question.
 */
export function firstReplies(db: Db, organizationId: string, period: Period): Parameter {
  return db.part`
    select extract(epoch from reply.sent_at - wrote.sent_at) * 1000 as ms
    from conversations c
    cross join lateral (
      select m.seq, m.sent_at from messages m
      where m.organization_id = ${organizationId} and m.conversation_id = c.id
        and m.direction = 'in'
      order by m.seq limit 1) wrote
    left join lateral (
      select greatest(m.sent_at, wrote.sent_at) as sent_at from messages m
      where m.organization_id = ${organizationId} and m.conversation_id = c.id
        and m.seq > wrote.seq and m.author in ('bot', 'human') and m.${db.fragment(EXCHANGED)}
      order by m.seq limit 1) reply on true
    where c.organization_id = ${organizationId} and ${within(db, "c.created_at", period)}`;
}

/**
 * A call waits until the first act that answers it, which took its time along: claimed and resolved later,
 * it is one. Those that nobody answered stand on their chat.
 */
function claims({ db, organizationId, period }: Report): Parameter {
  return db.part`
    select extract(epoch from min(e.created_at) - e.called_at) * 1000 as ms from timeline_events e
    where e.organization_id = ${organizationId}
      and e.kind in ('takeover', 'attention_claimed', 'attention_resolved')
      and e.created_at >= ${period.start} and ${within(db, "e.called_at", period)}
    group by e.conversation_id, e.called_at
    union all
    select null from conversations c
    where c.organization_id = ${organizationId} and c.attention_reason is not null
      and c.attention_owner_id is null and ${within(db, "c.attention_at", period)}`;
}
