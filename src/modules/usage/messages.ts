import { EXCHANGED, MESSAGE_FEES } from "../../db/queries/reports.ts";
import { bucketsOf } from "../../lib/period.ts";
import { bucketNo, type Report, shownPeriod, within } from "../period.ts";
import type { MessageUsage } from "./model.ts";

const MAX_ROWS = 500;

interface Fees {
  messages: number;
  unpriced: number;
  feeUsd: string | null;
}

/** Of one bucket, or of all (`bucket` null), reported or not. */
interface Row extends Fees {
  bucket: number | null;
  reported: boolean;
  category: string | null;
  type: string | null;
  model: string | null;
}

const NOTHING: Fees = { messages: 0, unpriced: 0, feeUsd: "0" };

/** What WhatsApp's status reports said of the period's messages, and what they cost. */
export async function readMessageUsage(report: Report): Promise<MessageUsage> {
  const { period } = report;
  const months = bucketsOf(period, "month");
  const found = await reportedRows(report, months);
  const total = (reported: boolean): Fees =>
    found.find((row) => row.bucket === null && row.reported === reported) ?? NOTHING;
  const { messages, unpriced, feeUsd } = total(true);
  const rows = found.flatMap(({ bucket, ...row }) =>
    bucket === null || !row.reported ? [] : [{ bucket, ...row }],
  );
  return {
    period: shownPeriod(period),
    total: { messages, unpriced, feeUsd, unreported: total(false).messages },
    rows: rows.slice(0, MAX_ROWS).map(({ bucket, reported: _, ...row }) => ({
      month: months[bucket - 1]?.date.slice(0, 7) ?? "",
      ...row,
    })),
  };
}

async function reportedRows(
  { db, organizationId, period }: Report,
  months: Parameters<typeof bucketNo>[2],
): Promise<Row[]> {
  const sql = db.fragment;
  return await db.rows<Row>`
    select m.bucket, m.reported, m.category, m.type, m.model, count(*) as messages,
      count(*) - count(f.usd) as unpriced, (${sql(MESSAGE_FEES)})::text as fee_usd
    from (
      select organization_id, id, ${bucketNo(db, "sent_at", months)} as bucket,
        pricing is not null as reported, pricing ->> 'category' as category,
        pricing ->> 'type' as type, pricing ->> 'pricing_model' as model
      from messages
      where organization_id = ${organizationId} and ${within(db, "sent_at", period)}
        and ${sql(EXCHANGED)} and author <> 'lead') m
    left join message_fees f on f.organization_id = m.organization_id and f.message_id = m.id
    group by grouping sets ((m.bucket, m.reported, m.category, m.type, m.model), (m.reported))
    order by 1, 6 desc, 3, 4, 5`;
}
