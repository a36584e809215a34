import { pushBounded } from "../bounded.ts";

/** How far an accepted message has come. `dropped`: accepted, then silently lost. */
export type LedgerStatus = "accepted" | "sent" | "delivered" | "read" | "failed" | "dropped";

export interface LedgerEntry {
  /** ISO 8601, business time. */
  at: string;
  /** Phone digits or BSUID, as the send addressed the person. */
  to: string;
  wamid: string;
  phoneNumberId: string;
  type: string;
  text: string;
  callbackData: string | null;
  status: LedgerStatus;
}

/** Every send the Graph API accepted, oldest first: the proof of what was sent how often. */
export interface Ledger {
  add(entry: LedgerEntry): void;
  list(to?: string): readonly LedgerEntry[];
  reset(): void;
}

const MAX_ENTRIES = 50_000;

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    add: (entry) => pushBounded(entries, entry, MAX_ENTRIES),
    list: (to) => (to === undefined ? entries : entries.filter((entry) => entry.to === to)),
    reset: () => entries.splice(0),
  };
}
