import { storableText } from "../lib/json.ts";
import { member } from "./fields.ts";

/** Meta nests about ten levels deep. Far deeper is an attack on every recursion behind us. */
const MAX_DEPTH = 48;
const TOO_DEEP = "[nested too deep]";

/**
 * Any JSON value made storable in jsonb, whatever its depth. Returns the very same value when
 * nothing had to be replaced, which is nearly always.
 */
export function storableItem(value: unknown): { value: unknown; altered: boolean } {
  if (isStorable(value, 0)) return { value, altered: false };
  return { value: clean(value, 0), altered: true };
}

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((inner) => isStorable(inner, depth + 1));
  return Object.keys(value).every(
    (key) => isStorableText(key) && isStorable(member(value, key), depth + 1),
  );
}

function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === "string") return storableText(value).text;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) return value.map((inner) => clean(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key).text, clean(inner, depth + 1)]),
  );
}
