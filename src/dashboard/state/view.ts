import type { ConversationRow, Message, QueueName } from "../api/calls.ts";
import type { Draft, Store } from "./store.ts";

const WINDOW_MS = 24 * 60 * 60_000;

/** A conversation as it is now: the API's row brought up to date by live events and wishes. */
export function currentRow(store: Store, id: string): ConversationRow | undefined {
  const row = store.rows.get(id);
  const state = store.states.get(id);
  if (!row || !state) return undefined;
  const chat = store.messages.get(id);
  const now = { ...row, ...state, ...store.wishes.get(id) };
  const newest = newestOf(chat);
  return {
    ...now,
    takenOverByName: now.takenOverBy === row.takenOverBy ? row.takenOverByName : null,
    assigneeName: now.assigneeId === row.assigneeId ? row.assigneeName : null,
    lastMessage:
      newest && newest.seq >= (row.lastMessage?.seq ?? 0) ? { ...newest } : row.lastMessage,
    lastMessageAt: newest?.sentAt && newest.seq >= row.lastSeq ? newest.sentAt : now.lastMessageAt,
    unreadCount: unreadOf(row, now.readSeq, chat),
    window: windowOf(row, now.lastLeadMessageAt),
  };
}

function newestOf(chat: ReadonlyMap<string, Message> | undefined): Message | undefined {
  let newest: Message | undefined;
  for (const message of chat?.values() ?? []) {
    if (!newest || message.seq > newest.seq) newest = message;
  }
  return newest;
}

/** The API's count while nobody has read further, and what came after it was counted. */
function unreadOf(
  row: ConversationRow,
  readSeq: number,
  chat: ReadonlyMap<string, Message> | undefined,
): number {
  const isUnchanged = readSeq <= row.readSeq;
  const from = isUnchanged ? row.lastSeq : readSeq;
  let count = isUnchanged ? row.unreadCount : 0;
  for (const { direction, seq } of chat?.values() ?? []) {
    if (direction === "in" && seq > from) count += 1;
  }
  return count;
}

/** The API knows the business clock, so its word holds until the lead writes again. */
function windowOf(
  row: ConversationRow,
  lastLeadMessageAt: string | null,
): ConversationRow["window"] {
  if (lastLeadMessageAt === null || lastLeadMessageAt === row.lastLeadMessageAt) return row.window;
  const closesAt = new Date(Date.parse(lastLeadMessageAt) + WINDOW_MS).toISOString();
  return { ...row.window, closesAt, open: true };
}

/** How long one may still write freely; null when not, or not yet. */
export function windowLeftMs({ window }: ConversationRow, nowMs: number): number | null {
  if (!window.open || window.closesAt === null) return null;
  const leftMs = Date.parse(window.closesAt) - nowMs;
  return leftMs > 0 ? leftMs : null;
}

function isInQueue(row: ConversationRow, queue: QueueName): boolean {
  switch (queue) {
    case "all":
      return true;
    case "unread":
      return row.unreadCount > 0;
    case "attention":
      return row.attentionReason !== null;
    case "human":
    case "bot":
      return row.mode === queue;
  }
}

const timeOf = (row: ConversationRow) => Date.parse(row.lastMessageAt ?? "") || 0;

/**
 * The lines of the inbox, newest first. `found` limits them to a search's results. With more pages on
 * the server, nothing older than the last line it sent is shown: what lies between is not known.
 */
export function inboxLines(
  store: Store,
  options: { queue: QueueName; found: ReadonlySet<string> | null; oldest: string | null },
): ConversationRow[] {
  const { queue, found, oldest } = options;
  const floor = oldest === null ? undefined : store.rows.get(oldest);
  const floorAt = floor ? timeOf(floor) : Number.NEGATIVE_INFINITY;
  const lines: ConversationRow[] = [];
  for (const id of found ?? store.rows.keys()) {
    const row = currentRow(store, id);
    if (row && isInQueue(row, queue) && timeOf(row) >= floorAt) lines.push(row);
  }
  return lines.sort((a, b) => timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1));
}

export interface Chat {
  messages: Message[];
  drafts: Draft[];
}

/** The message of a chat that WhatsApp knows by this id, if it is here. */
export function quotedOf(messages: readonly Message[]): ReadonlyMap<string, Message> {
  return new Map(messages.flatMap((one) => (one.wamid === null ? [] : [[one.wamid, one]])));
}

/** Whether it is a person's to decide that a message goes out again: as the API judges it. */
export function isResendable({ direction, state, doubtAt }: Message): boolean {
  return direction === "out" && (state === "failed" || (state === "unknown" && doubtAt !== null));
}

/** Ids of the messages of a chat that were sent again. */
export function resentOf(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(messages.flatMap(({ resendOf }) => resendOf ?? []));
}

/** A chat's messages in order from `fromSeq` on, and below them what was typed here and is under way. */
export function chatOf(store: Store, conversationId: string, fromSeq: number): Chat {
  const messages = [...(store.messages.get(conversationId)?.values() ?? [])]
    .filter(({ seq }) => seq >= fromSeq)
    .sort((a, b) => a.seq - b.seq);
  const drafts = [...store.drafts.values()].filter(
    (draft) => draft.conversationId === conversationId && !hasArrived(draft, messages),
  );
  return { messages, drafts };
}

/** Its live event can be quicker than the answer to its request. */
function hasArrived(draft: Draft, messages: readonly Message[]): boolean {
  return messages.some(
    ({ author, seq, text }) => author === "human" && seq > draft.afterSeq && text === draft.text,
  );
}
