/** One moment of the mailbox, in milliseconds of one clock (the database's). */
export interface Debounce {
  nowMs: number;
  /** When the first text arrived that no turn has seen; null if the one at `nowMs` is the first. */
  firstUnseenMs: number | null;
  /** Silence to wait for after each text. */
  quietMs: number;
  /** The longest a lead who keeps typing is left waiting, counted from the first unseen text. */
  capMs: number;
}

/** When the turn may start: after `quietMs` of silence, at the latest `capMs` after the first text. */
export function dueAt({ nowMs, firstUnseenMs, quietMs, capMs }: Debounce): number {
  const latestMs = (firstUnseenMs ?? nowMs) + capMs;
  return Math.max(nowMs, Math.min(nowMs + quietMs, latestMs));
}

const answerableKinds: ReadonlySet<string> = new Set(["text", "button", "interactive"]);

/** Kinds that ask nothing of anybody. */
const silentKinds: ReadonlySet<string> = new Set([
  "reaction",
  "system",
  "edit",
  "revoke",
  "unsupported",
]);

/** Whether an inbound message of this kind (WhatsApp's type) wakes the bot: text and taps. */
export function isAnswerable(kind: string): boolean {
  return answerableKinds.has(kind);
}

/** Attention that an inbound kind raises by itself: what the bot cannot read, a person should. */
export function attentionForKind(kind: string): "unreadable_message" | null {
  return answerableKinds.has(kind) || silentKinds.has(kind) ? null : "unreadable_message";
}
