/** How long after the lead's last message free-form messages are allowed. */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1_000;

/**
 * How long all messages are free, counted from our first answer to a lead whom an ad or page brought
 * (whatsapp.md 7, "Windows"). It does not prolong the service window.
 */
export const FREE_ENTRY_MS = 72 * 60 * 60 * 1_000;

/** When free-form messages end: 24 h after the lead's last message. Null if the lead never wrote. */
export function windowClosesAt(lastLeadMessageAt: Date | null): Date | null {
  if (lastLeadMessageAt === null) return null;
  return new Date(lastLeadMessageAt.getTime() + SERVICE_WINDOW_MS);
}

/** Whether a free-form message may be sent at `now` (business time); outside, only a template. */
export function isWindowOpen(lastLeadMessageAt: Date | null, now: Date): boolean {
  const closesAt = windowClosesAt(lastLeadMessageAt);
  return closesAt !== null && now.getTime() < closesAt.getTime();
}
