import { idOrNull, instantOf, member } from "./fields.ts";

/**
 * Until when the conversation of a status is a free entry point, as Meta says (ISO 8601); null where
 * it says nothing: only statuses inside of one carry a `conversation` (whatsapp.md 3).
 */
export function freeEntryEnd(status: unknown): string | null {
  const conversation = member(status, "conversation");
  if (member(member(conversation, "origin"), "type") !== "referral_conversion") return null;
  const seconds = idOrNull(member(conversation, "expiration_timestamp"));
  return seconds === null ? null : instantOf(seconds, "") || null;
}
