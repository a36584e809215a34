import type { Message } from "../api/calls.ts";
import { dayName } from "../format.ts";
import type { Draft } from "./store.ts";

/** One line of a chat, top to bottom. */
export type ChatRow =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; at: string; message: Message; opensRun: boolean }
  | { kind: "draft"; key: string; at: string; draft: Draft };

interface Loaded {
  messages: readonly Message[];
  drafts: readonly Draft[];
  /** Older messages are on the server. */
  hasEarlier: boolean;
}

/**
 * The rows of what is loaded. The oldest message waits until the one before it is known: so no row
 * ever changes its look, and thereby its height, when older ones are put above it.
 */
export function chatRows({ messages, drafts, hasEarlier }: Loaded): ChatRow[] {
  const rows: ChatRow[] = [];
  let before = hasEarlier ? messages[0] : undefined;
  for (const message of (hasEarlier ? messages.slice(1) : messages).filter(isOnItsOwn)) {
    const at = message.sentAt;
    const opensDay = !before || dayName(before.sentAt) !== dayName(at);
    if (opensDay) rows.push({ kind: "day", key: `day ${message.id}`, at });
    const opensRun = opensDay || !before || writerOf(before) !== writerOf(message);
    rows.push({ kind: "message", key: message.id, at, message, opensRun });
    before = message;
  }
  for (const draft of drafts) rows.push({ kind: "draft", key: draft.key, at: draft.sentAt, draft });
  return rows;
}

const shownAtTheirMessage: ReadonlySet<string> = new Set(["accepted", "sent", "delivered", "read"]);

/** A reaction of ours that WhatsApp has is shown at its message; one under way or failed has a line. */
function isOnItsOwn({ kind, state }: Message): boolean {
  return kind !== "reaction" || !shownAtTheirMessage.has(state);
}

const writerOf = ({ author, sentBy }: Message) => sentBy?.id ?? author;

const LINE_PX = 20;
const LETTERS_PER_LINE = 62;
const DAY_PX = 40;
const AROUND_TEXT_PX = 18;
const OPENS_RUN_PX = 26;
const QUOTE_PX = 46;

/** A row's height before it was drawn: near enough that the scroll bar does not jump. */
export function estimateHeightPx(row: ChatRow): number {
  if (row.kind === "day") return DAY_PX;
  const { text, isReply } = contentOf(row);
  const lines = text.split("\n").reduce((sum, line) => sum + linesOf(line), 0);
  const extra = row.kind === "message" && row.opensRun ? OPENS_RUN_PX : 0;
  return AROUND_TEXT_PX + LINE_PX * lines + extra + (isReply ? QUOTE_PX : 0);
}

function contentOf(row: Exclude<ChatRow, { kind: "day" }>): { text: string; isReply: boolean } {
  if (row.kind === "draft") {
    return { text: row.draft.text, isReply: row.draft.replyTo !== null };
  }
  return { text: row.message.text ?? "", isReply: row.message.replyToWamid !== null };
}

function linesOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / LETTERS_PER_LINE));
}
