import { bsuidOrNull, elements, member, phoneOrNull } from "./fields.ts";

/** A person whose BSUID was made anew, because they changed their phone. */
export interface UserIdUpdate {
  previous: string;
  current: string;
  /** Their number, E.164 digits, where Meta tells it. */
  phone: string | null;
}

/**
 * Reads a `user_id_update` notice: the change, its value, or the update itself, one or several. What
 * names no two different ids is left out.
 */
export function readUserIdUpdates(raw: unknown): UserIdUpdate[] {
  const value = member(raw, "value") ?? raw;
  const inner = ["user_id_update", "user_id_updates"].map((name) => member(value, name));
  const updates = [value, ...inner.flatMap((one) => (Array.isArray(one) ? elements(one) : [one]))];
  return updates.flatMap((update) => {
    const userId = member(update, "user_id");
    const previous = bsuidOrNull(member(userId, "previous"));
    const current = bsuidOrNull(member(userId, "current"));
    if (previous === null || current === null || previous === current) return [];
    return [{ previous, current, phone: phoneOrNull(member(update, "wa_id")) }];
  });
}
