import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import type { Announcer } from "./announce.ts";
import { applyParked, applyReceipts } from "./receipt/apply.ts";
import { announceApplied } from "./receipt/follow.ts";
import { noteFreeEntries } from "./receipt/free-entry.ts";
import { toRows } from "./receipt/rows.ts";

export interface ReceiptDeps {
  db: Db;
  clock: Clock;
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
    const rows = await toRows(
      deps.db,
      deliveries.map(({ entry }) => entry),
    );
    deps.onIngress(deliveries.map(({ entry }) => entry.integrationId));
    if (rows.length === 0) return;
    const applied = await applyReceipts(deps.db, rows, deps.clock.now());
    deps.crash("receipt:applied");
    const late = await applyParked(deps.db, applied.parked, deps.clock.now());
    const entered = await noteFreeEntries(deps.db, rows);
    await announceApplied(deps, applied, late, { events: entered, refused: [], numbers: [] });
  };
}
