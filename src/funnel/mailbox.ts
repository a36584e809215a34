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
