import { Value } from "@sinclair/typebox/value";
import type { EntryOf } from "../../../streams/messages.ts";
import type { Db } from "../../db/client.ts";
import { isReceiptStatus, receiptRank } from "../../funnel/message-state.ts";
import { AppError } from "../../lib/errors.ts";
import { storableText } from "../../lib/json.ts";
import { localDay } from "../../lib/period.ts";
import { messageIdOf } from "../../whatsapp/callback-data.ts";
import { countryOf, feeRule } from "../../whatsapp/fees.ts";
import { freeEntryEnd } from "../../whatsapp/free-entry.ts";
import { ReceiptItem } from "../../whatsapp/payload.ts";
import type { ReceiptRow } from "./apply.ts";

type Entry = EntryOf["receipts"];

interface Read {
  entry: Entry;
  item: ReceiptItem;
}

/**
 * A batch as the statement takes it; a status nobody knows moves nothing and has no row. Fees are
 * decided by the organization's local day, so its time zone is looked up where a price came.
 */
export async function toRows(db: Db, entries: readonly Entry[]): Promise<ReceiptRow[]> {
  const known = entries.map(read).filter(({ item }) => isReceiptStatus(item.status));
  const priced = known.filter(({ item }) => item.pricing !== null);
  const zones = await timeZones(db, [
    ...new Set(priced.map(({ entry: { organizationId } }) => organizationId)),
  ]);
  return known.flatMap((one) => toRow(one, zones.get(one.entry.organizationId)) ?? []);
}

function read(entry: Entry): Read {
  if (!Value.Check(ReceiptItem, entry.item)) {
    throw new AppError("poison", "A receipt entry is of no known shape.");
  }
  return { entry, item: entry.item };
}

async function timeZones(db: Db, organizationIds: string[]): Promise<Map<string, string>> {
  if (organizationIds.length === 0) return new Map();
  const rows = await db.rows<{ id: string; timeZone: string }>`
    select id, time_zone from organizations where id = any(${organizationIds}::uuid[])`;
  return new Map(rows.map(({ id, timeZone }) => [id, timeZone]));
}

function toRow({ entry, item }: Read, timeZone: string | undefined): ReceiptRow | undefined {
  const { wamid, status, callbackData, errors, pricing } = item;
  if (!isReceiptStatus(status)) return undefined;
  const error = status === "failed" ? errors[0] : undefined;
  const text = [error?.title, error?.details ?? error?.message].filter(Boolean).join(": ");
  return {
    organization_id: entry.organizationId,
    integration_id: entry.integrationId,
    wamid,
    message_id: messageIdOf(callbackData),
    status,
    rank: receiptRank[status],
    error_code: error?.code ?? null,
    error_text: text === "" ? null : storableText(text).text,
    pricing,
    free_entry_until: freeEntryEnd(item.raw),
    ...feeColumns(item, timeZone),
  };
}

type FeeColumns = Pick<
  ReceiptRow,
  "country" | "fee_day" | "fee_free" | "fee_counts" | "fee_category"
>;

function feeColumns(
  { pricing, at, recipient }: ReceiptItem,
  timeZone: string | undefined,
): FeeColumns {
  const country = countryOf(recipient);
  if (pricing === null || timeZone === undefined) {
    return { country, fee_day: null, fee_free: null, fee_counts: null, fee_category: null };
  }
  const day = localDay(new Date(at), timeZone);
  const { free, counts, rateCategory } = feeRule(pricing, day);
  return {
    country,
    fee_day: day,
    fee_free: free,
    fee_counts: counts,
    fee_category: rateCategory,
  };
}
