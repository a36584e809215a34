import { idOrNull, member, textOrNull } from "../fields.ts";

/**
 * How many people an account may open a chat with in 24 hours; null: without limit. Undefined where Meta
 * does not say. `max_daily_conversations_per_business` is a word since 2026, before it was a number with
 * -1 for none; `current_limit` is older still (whatsapp.md 4).
 */
export function readMessagingLimit(value: unknown): number | null | undefined {
  const given =
    member(value, "max_daily_conversations_per_business") ??
    member(value, "max_daily_conversation_per_phone") ??
    member(value, "current_limit");
  if (typeof given === "number") return limitOf(given);
  const tier = /^TIER_(?:(\d+)(K?)|(UNLIMITED))$/.exec(idOrNull(given)?.toUpperCase() ?? "");
  if (!tier) return undefined;
  if (tier[3] !== undefined) return null;
  return Number(tier[1]) * (tier[2] === "K" ? 1_000 : 1);
}

function limitOf(number: number): number | null | undefined {
  if (number === -1) return null;
  return Number.isSafeInteger(number) && number >= 0 && number <= 1e9 ? number : undefined;
}

/** The number that a notice is about, in digits; null where it is about all of the account's. */
export function readDisplayDigits(value: unknown): string | null {
  const shown = idOrNull(member(value, "display_phone_number"));
  const digits = shown?.replace(/\D/g, "") ?? "";
  return digits === "" ? null : digits;
}

export interface NumberQualityNotice {
  /** ONBOARDING, THROUGHPUT_UPGRADE, or FLAGGED, UNFLAGGED, UPGRADE, DOWNGRADE before 2026. */
  event: string;
  limit: number | null | undefined;
}

/** `phone_number_quality_update`; null without an event. */
export function readNumberQuality(value: unknown): NumberQualityNotice | null {
  const event = idOrNull(member(value, "event"))?.toUpperCase();
  return event === undefined ? null : { event, limit: readMessagingLimit(value) };
}

export interface NumberNameNotice {
  /** APPROVED, REJECTED, DEFERRED, PENDING … */
  decision: string;
  name: string | null;
  reason: string | null;
}

/** `phone_number_name_update`; null without a decision. */
export function readNumberName(value: unknown): NumberNameNotice | null {
  const decision = idOrNull(member(value, "decision"))?.toUpperCase();
  if (decision === undefined) return null;
  const reason = textOrNull(member(value, "rejection_reason"));
  return {
    decision,
    name: textOrNull(member(value, "requested_verified_name")),
    reason: reason === "NONE" || reason === "" ? null : reason,
  };
}
