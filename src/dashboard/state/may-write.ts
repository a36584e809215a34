import type { ConversationRow, SignedIn } from "../api/calls.ts";
import { holderOf } from "../parts/names.ts";
import { texts } from "../texts.ts";
import { windowLeftMs } from "./view.ts";

/** Why this person may not write in this chat now, in words; null when they may. */
export function reasonNotTo(row: ConversationRow, session: SignedIn, nowMs: number): string | null {
  if (session.role === "viewer") return texts.composer.viewer;
  if (row.optedOutAt !== null) return texts.composer.optedOut;
  if (row.window.closesAt === null) return texts.composer.neverWrote;
  if (windowLeftMs(row, nowMs) === null) return texts.composer.windowClosed;
  const holder = holderOf(row, session.user.id);
  if (holder.kind === "bot") return texts.composer.botHas;
  if (holder.kind !== "other") return null;
  const may = maySeize(row, session);
  return may ? texts.composer.otherHas(holder.name) : texts.composer.othersOnly(holder.name);
}

/** Whether this person may send again what did not arrive in this chat. */
export function mayResend(row: ConversationRow, session: SignedIn): boolean {
  const isOthers = holderOf(row, session.user.id).kind === "other";
  return session.role !== "viewer" && row.optedOutAt === null && !isOthers;
}

/** Whether this person may take the chat from the colleague who has it. */
export function maySeize({ takenOverBy }: ConversationRow, { role }: SignedIn): boolean {
  return takenOverBy === null || role === "owner" || role === "admin";
}
