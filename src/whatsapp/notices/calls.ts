import { bsuidOrNull, elements, instantOf, member, phoneOrNull } from "../fields.ts";

/** Somebody who has called the business. One of phone and BSUID is there. */
export interface Caller {
  phone: string | null;
  bsuid: string | null;
  /** ISO 8601. */
  at: string;
}

/**
 * `calls` (whatsapp.md 4, 7): who called, when. Calls of the business are left out; the end of a call is no
 * new one. `noticeAt` stands in for a time nobody can read.
 */
export function readCallers(value: unknown, noticeAt: string): Caller[] {
  return elements(member(value, "calls")).flatMap((call) => {
    if (member(call, "direction") === "BUSINESS_INITIATED") return [];
    if (member(call, "event") === "terminate") return [];
    const phone = phoneOrNull(member(call, "from"));
    const bsuid = bsuidOrNull(member(call, "from_user_id")) ?? bsuidOrNull(member(call, "from"));
    if (phone === null && bsuid === null) return [];
    return [{ phone, bsuid, at: instantOf(member(call, "timestamp"), noticeAt) }];
  });
}
