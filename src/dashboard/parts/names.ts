import type { ConversationRow } from "../api/calls.ts";
import { texts } from "../texts.ts";

/** What to call a lead: name, username or number, whichever is known first. */
export function leadName({ lead }: Pick<ConversationRow, "lead">): string {
  if (lead.name) return lead.name;
  if (lead.username) return `@${lead.username}`;
  return lead.phone ? `+${lead.phone}` : texts.inbox.unnamed;
}

/** Who may write in this conversation. */
export type Holder = { kind: "bot" } | { kind: "you" } | { kind: "other"; name: string };

export function holderOf(row: ConversationRow, userId: string): Holder {
  if (row.mode === "bot") return { kind: "bot" };
  if (row.takenOverBy === userId) return { kind: "you" };
  return { kind: "other", name: row.takenOverByName ?? texts.chat.somebody };
}
