import { createHash } from "node:crypto";
import { newId } from "../../lib/ids.ts";
import { createBoundedMap } from "../bounded.ts";

/** A file that a lead sent or the business uploaded, as Meta keeps it. */
export interface ShelvedFile {
  id: string;
  /** The number it is bound to. */
  phoneNumberId: string;
  bytes: Uint8Array<ArrayBuffer>;
  mimeType: string;
  /** Base64. */
  sha256: string;
  /** Business time, epoch milliseconds. */
  untilMs: number;
}

export interface MediaShelf {
  /** Keeps what a lead sends for seven days, what the business uploads for thirty. */
  put(
    file: Pick<ShelvedFile, "phoneNumberId" | "bytes" | "mimeType"> & { from: "lead" | "business" },
    nowMs: number,
  ): ShelvedFile;
  /** Undefined for an id that is unknown, or not kept any more. */
  find(id: string, nowMs: number): ShelvedFile | undefined;
  /** A name for the file host, good for five minutes. */
  ticket(file: ShelvedFile, nowMs: number): string;
  redeem(ticket: string, nowMs: number): ShelvedFile | undefined;
  reset(): void;
}

const DAY_MS = 24 * 60 * 60_000;
const KEPT_MS = { lead: 7 * DAY_MS, business: 30 * DAY_MS };
const TICKET_MS = 5 * 60_000;
const MAX_FILES = 500;
const MAX_TICKETS = 5_000;

export function createMediaShelf(): MediaShelf {
  const files = createBoundedMap<string, ShelvedFile>(MAX_FILES);
  const tickets = createBoundedMap<string, { file: ShelvedFile; untilMs: number }>(MAX_TICKETS);
  return {
    put({ from, ...file }, nowMs) {
      const id = String(BigInt(`0x${newId().replaceAll("-", "").slice(0, 13)}`));
      const sha256 = createHash("sha256").update(file.bytes).digest("base64");
      const shelved = { ...file, id: `${id}${files.size}`, sha256, untilMs: nowMs + KEPT_MS[from] };
      files.set(shelved.id, shelved);
      return shelved;
    },
    find(id, nowMs) {
      const file = files.get(id);
      return file && nowMs < file.untilMs ? file : undefined;
    },
    ticket(file, nowMs) {
      const ticket = newId();
      tickets.set(ticket, { file, untilMs: nowMs + TICKET_MS });
      return ticket;
    },
    redeem(ticket, nowMs) {
      const found = tickets.get(ticket);
      return found && nowMs < found.untilMs ? found.file : undefined;
    },
    reset() {
      files.clear();
      tickets.clear();
    },
  };
}
