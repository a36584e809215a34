import { EXCHANGED, mergedLeads } from "../../db/queries/reports.ts";
import { authors } from "../../funnel/lead.ts";
import { type Bucket, bucketsOf, clockOffsets, type Interval } from "../../lib/period.ts";
import { bucketNo, perBucket, type Report, shownPeriod, within } from "../period.ts";
import { type ActivityReport, tally } from "./model.ts";

const HOURS_OF_WEEK = 168;
/** The count of hours begins on a Thursday, the week on Monday. */
const HOURS_TO_MONDAY = 72;

/** Who wrote how much and when, by the clocks of the period's zone. */
export async function readActivity(report: Report, interval: Interval): Promise<ActivityReport> {
  const buckets = bucketsOf(report.period, interval);
  const [written, hours, active] = await Promise.all([
    messageRows(report, buckets),
    hourRows(report),
    activeRows(report, buckets),
  ]);
  const activeIn = new Map(active.map(({ bucket, count }) => [bucket, count]));
  const series = perBucket(buckets, written, (rows) => ({ messages: tally(authors, rows) }));
  const byHour = Map.groupBy(hours, ({ hourOfWeek }) => hourOfWeek);
  return {
    period: shownPeriod(report.period),
    messages: tally(authors, written),
    activeLeads: activeIn.get(null) ?? 0,
    series: series.map((one, at) => ({ ...one, activeLeads: activeIn.get(at + 1) ?? 0 })),
    hours: Array.from({ length: HOURS_OF_WEEK }, (_, hourOfWeek) => ({
      weekday: Math.floor(hourOfWeek / 24) + 1,
      hour: hourOfWeek % 24,
      messages: tally(authors, byHour.get(hourOfWeek) ?? []),
    })),
  };
}

async function messageRows({ db, organizationId, period }: Report, buckets: readonly Bucket[]) {
  return await db.rows<{ bucket: number; name: string; count: number }>`
    select ${bucketNo(db, "sent_at", buckets)} as bucket, author as name, count(*)
    from messages
    where organization_id = ${organizationId} and ${within(db, "sent_at", period)}
      and ${db.fragment(EXCHANGED)}
    group by 1, 2`;
}

async function hourRows({ db, organizationId, period }: Report) {
  const offsets = clockOffsets(period);
  const changes = offsets.map(({ at }) => ({ date: "", start: at, end: at }));
  const seconds = offsets.map(({ offsetSeconds }) => offsetSeconds);
  return await db.rows<{ hourOfWeek: number; name: string; count: number }>`
    select mod(floor((date_part('epoch', sent_at)
        + ((select ${seconds}::int[]))[${bucketNo(db, "sent_at", changes)}]) / 3600)::int8
        + ${HOURS_TO_MONDAY}::int8, ${HOURS_OF_WEEK}::int8) as hour_of_week,
      author as name, count(*)
    from messages
    where organization_id = ${organizationId} and ${within(db, "sent_at", period)}
      and ${db.fragment(EXCHANGED)}
    group by 1, 2`;
}

/** `bucket` null: in the whole period. Joined, the planner reads all conversations; looked up, a few. */
async function activeRows({ db, organizationId, period }: Report, buckets: readonly Bucket[]) {
  return await db.rows<{ bucket: number | null; count: number }>`
    with recursive ${mergedLeads(db, organizationId)}, spoke as (
      select distinct ${bucketNo(db, "sent_at", buckets)} as bucket, conversation_id
      from messages
      where organization_id = ${organizationId} and ${within(db, "sent_at", period)}
        and ${db.fragment(EXCHANGED)} and author = 'lead'
    )
    select s.bucket, count(distinct coalesce(m.root, c.lead_id))
    from spoke s
    cross join lateral (
      select lead_id from conversations
      where organization_id = ${organizationId} and id = s.conversation_id limit 1) c
    left join merged m on m.id = c.lead_id
    group by grouping sets ((s.bucket), ())`;
}
