import { EXCHANGED } from "../../db/queries/reports.ts";
import { bucketsOf } from "../../lib/period.ts";
import { bucketNo, type Report, shownPeriod, within } from "../period.ts";
import type { MessageUsage } from "./model.ts";

const MAX_ROWS = 500;

interface Row {
  bucket: number;
  reported: boolean;
  category: string | null;
  type: string | null;
  model: string | null;
  messages: number;
}

/** What WhatsApp's status reports said of the period's messages. Nobody knows a fee yet. */
export async function readMessageUsage(report: Report): Promise<MessageUsage> {
  const { period } = report;
  const months = bucketsOf(period, "month");
  const found = await reportedRows(report, months);
  const reported = found.filter((row) => row.reported);
  const count = (rows: readonly Row[]) => rows.reduce((sum, row) => sum + row.messages, 0);
  const messages = count(reported);
  return {
    period: shownPeriod(period),
    total: {
      messages,
      unpriced: messages,
      feeUsd: null,
      unreported: count(found) - messages,
    },
    rows: reported.slice(0, MAX_ROWS).map((row) => ({
      month: months[row.bucket - 1]?.date.slice(0, 7) ?? "",
      category: row.category,
      type: row.type,
      model: row.model,
      messages: row.messages,
      unpriced: row.messages,
      feeUsd: null,
    })),
  };
}

async function reportedRows(
  { db, organizationId, period }: Report,
  months: Parameters<typeof bucketNo>[2],
): Promise<Row[]> {
  return await db.rows<Row>`
    select ${bucketNo(db, "sent_at", months)} as bucket, pricing is not null as reported,
      pricing ->> 'category' as category, pricing ->> 'type' as type,
      pricing ->> 'pricing_model' as model, count(*) as messages
    from messages
    where organization_id = ${organizationId} and ${within(db, "sent_at", period)}
      and ${db.fragment(EXCHANGED)} and author <> 'lead'
    group by 1, 2, 3, 4, 5 order by 1, 6 desc, 3, 4, 5`;
}
