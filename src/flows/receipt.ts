import { Value } from "@sinclair/typebox/value";
import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { isReceiptStatus, receiptRank } from "../funnel/message-state.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import { AppError } from "../lib/errors.ts";
import { storableText } from "../lib/json.ts";
import { messageIdOf } from "../whatsapp/callback-data.ts";
import { ReceiptItem } from "../whatsapp/payload.ts";
import type { Announcer } from "./announce.ts";
import { applyParked, applyReceipts, type ReceiptRow } from "./receipt/apply.ts";

export interface ReceiptDeps {
  db: Db;
  announcer: Announcer;
  onIngress(integrationIds: readonly string[]): void;
  crash(step: CrashPoint): void;
}

interface ReceiptDelivery {
  entry: EntryOf["receipts"];
}

/**
 * Handler of `receipts`: moves messages up their ladder; what belongs to no message yet is parked,
 * then looked at once more, because the message may have been stored in between.
 */
export function createReceiptHandler(
  deps: ReceiptDeps,
): (deliveries: readonly ReceiptDelivery[]) => Promise<void> {
  return async (deliveries) => {
    const rows = deliveries.map(({ entry }) => toRow(entry)).filter((row) => row !== undefined);
    deps.onIngress(deliveries.map(({ entry }) => entry.integrationId));
    if (rows.length === 0) return;
    const { parked, events } = await applyReceipts(deps.db, rows);
    deps.crash("receipt:applied");
    const late = await applyParked(deps.db, parked);
    await deps.announcer.announce({ events: [...events, ...late] });
  };
}

/** Undefined for a status nobody knows: it moves nothing. */
function toRow(entry: EntryOf["receipts"]): ReceiptRow | undefined {
  if (!Value.Check(ReceiptItem, entry.item)) {
    throw new AppError("poison", "A receipt entry is of no known shape.");
  }
  const { wamid, status, callbackData, errors, pricing } = entry.item;
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
  };
}
