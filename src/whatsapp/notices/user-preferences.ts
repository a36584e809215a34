import { bsuidOrNull, elements, idOrNull, instantOf, member, phoneOrNull } from "../fields.ts";

/** One person's word about marketing. One of phone and BSUID is there. */
export interface MarketingWord {
  phone: string | null;
  bsuid: string | null;
  stop: boolean;
  /** ISO 8601. */
  at: string;
}

/**
 * `user_preferences` (whatsapp.md 4): who wants marketing no longer, or again. Other categories and
 * values say nothing about it. `noticeAt` stands in for a time nobody can read.
 */
export function readUserPreferences(value: unknown, noticeAt: string): MarketingWord[] {
  return elements(member(value, "user_preferences")).flatMap((row) => {
    const said = idOrNull(member(row, "value"))?.toLowerCase();
    if (member(row, "category") !== "marketing_messages") return [];
    if (said !== "stop" && said !== "resume") return [];
    const phone = phoneOrNull(member(row, "wa_id"));
    const bsuid = bsuidOrNull(member(row, "user_id")) ?? bsuidOrNull(member(row, "wa_id"));
    if (phone === null && bsuid === null) return [];
    return [
      { phone, bsuid, stop: said === "stop", at: instantOf(member(row, "timestamp"), noticeAt) },
    ];
  });
}
