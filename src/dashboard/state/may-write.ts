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
  return holder.kind === "other" ? texts.composer.otherHas(holder.name) : null;
}
