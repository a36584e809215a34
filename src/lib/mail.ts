/** What Leadline writes to its own people. Its text may hold a link that signs somebody in. */
export interface Mail {
  /** What it is about, for the log: never the address, never the text. */
  kind: "invitation" | "password_reset";
  to: string;
  subject: string;
  text: string;
}

/** Names are people's own: none may write lines of its own into a mail of ours. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Hands a mail on for delivery, or rejects; stops when the signal says so. */
export type MailTransport = (mail: Mail, signal: AbortSignal) => Promise<void>;

/**
 * Sends a mail without being waited for, and never fails: an answer must not tell by its time or its
 * status whether there was anybody to write to. Called after the commit that the mail tells about.
 */
export type SendMail = (mail: Mail) => void;
