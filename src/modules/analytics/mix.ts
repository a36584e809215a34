import { intents, sentiments } from "../../funnel/lead.ts";
import { bucketsOf, type Interval } from "../../lib/period.ts";
import { bucketNo, perBucket, type Report, shownPeriod, within } from "../period.ts";
import { type MixReport, tally } from "./model.ts";

/** So many conversations or decisions have this intent, or this sentiment where `intent` is null. */
interface Share {
  intent: string | null;
  sentiment: string | null;
  count: number;
}

/** What the period's leads want and feel now, and what the bot understood turn by turn. */
export async function readMix(report: Report, interval: Interval): Promise<MixReport> {
  const { db, organizationId, period } = report;
  const buckets = bucketsOf(period, interval);
  const [now, decided] = await Promise.all([
    db.rows<Share>`
      select c.intent, c.sentiment, count(*) from conversations c
      where c.organization_id = ${organizationId} and ${within(db, "c.created_at", period)}
      group by grouping sets ((c.intent), (c.sentiment))`,
    db.rows<Share & { bucket: number }>`
      select bucket, intent, sentiment, count(*) from (
        select ${bucketNo(db, "t.started_at", buckets)} as bucket,
          t.decision ->> 'intent' as intent, t.decision ->> 'sentiment' as sentiment
        from turns t
        where t.organization_id = ${organizationId} and ${within(db, "t.started_at", period)}
          and t.decision is not null
          and t.disposition in ('replied', 'no_reply', 'blocked_by_gate')) d
      group by grouping sets ((bucket, intent), (bucket, sentiment))`,
  ]);
  const { total: conversations, ...mix } = mixOf(now);
  return {
    period: shownPeriod(period),
    now: { conversations, ...mix },
    series: perBucket(buckets, decided, (rows) => {
      const { total: decisions, ...understood } = mixOf(rows);
      return { decisions, ...understood };
    }),
  };
}

function mixOf(rows: readonly Share[]) {
  const named = (pick: (row: Share) => string | null) =>
    rows.flatMap((row) => {
      const name = pick(row);
      return name === null ? [] : [{ name, count: row.count }];
    });
  const byIntent = named(({ intent }) => intent);
  return {
    total: byIntent.reduce((sum, { count }) => sum + count, 0),
    intent: tally(intents, byIntent),
    sentiment: tally(
      sentiments,
      named(({ sentiment }) => sentiment),
    ),
  };
}
