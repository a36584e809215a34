/** What an event of `message_template_status_update` means for the template and its people. */
export interface TemplateEvent {
  /** The template's status from then on; null: it stays. */
  status: string | null;
  /** Null: nothing that people need to be called for. */
  alert: { severity: "info" | "warning"; fix: string } | null;
}

const warn = (status: string | null, fix: string): TemplateEvent => ({
  status,
  alert: { severity: "warning", fix },
});
const quiet = (status: string): TemplateEvent => ({ status, alert: null });

/** By Meta's word (whatsapp.md 4). What was flagged can still be sent, so its status stays. */
const events: ReadonlyMap<string, TemplateEvent> = new Map([
  ["APPROVED", quiet("APPROVED")],
  ["PENDING", quiet("PENDING")],
  ["IN_APPEAL", quiet("IN_APPEAL")],
  ["UNARCHIVED", quiet("APPROVED")],
  ["REINSTATED", quiet("APPROVED")],
  ["REJECTED", warn("REJECTED", "Correct it and submit it again.")],
  [
    "PAUSED",
    warn("PAUSED", "It comes back by itself after hours. Send it to fewer people, or improve it."),
  ],
  ["DISABLED", warn("DISABLED", "It does not come back: write another one.")],
  ["FLAGGED", warn(null, "People block it; Meta will pause it. Improve it now.")],
  ["LOCKED", warn("LOCKED", "It cannot be sent or changed: look at WhatsApp Manager.")],
  ["LIMIT_EXCEEDED", warn("LIMIT_EXCEEDED", "Delete templates that nobody uses.")],
  [
    "ARCHIVED",
    warn("ARCHIVED", "Nobody used it for a year: unarchive it within 28 days, or Meta deletes it."),
  ],
  ["PENDING_DELETION", warn("PENDING_DELETION", "Use another one.")],
  ["DELETED", warn("DELETED", "Use another one.")],
]);

const unknown = warn(null, "Leadline does not know this event: look at WhatsApp Manager.");

/** An event nobody knows changes no status; the next synchronisation says what is. */
export function templateEvent(event: string): TemplateEvent {
  return events.get(event) ?? unknown;
}
