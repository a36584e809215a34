import { isJsonObject } from "../lib/json.ts";

/** Longest id we take: Meta's are below 256, and an index on text refuses what is far longer. */
const MAX_ID_LENGTH = 512;

const PHONE_PATTERN = /^\+?(\d{5,20})$/;
const BSUID_PATTERN = /^[A-Za-z]{2}\.\S{1,160}$/;

/** Years 2009 (WhatsApp's first) to 2100: anything else is no second since 1970. */
const MIN_UNIX_SECONDS = 1_230_768_000;
const MAX_UNIX_SECONDS = 4_102_444_800;

/** An object's own member, or undefined for whatever is no object. */
export function member(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The elements of an array; none for whatever is no array. */
export function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Any string, also an empty one; null for everything else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A usable id: a string that is neither empty nor absurdly long. Numbers become text. */
export function idOrNull(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value !== "string" || value === "" || value.length > MAX_ID_LENGTH) return null;
  return value;
}

/** E.164 digits, without the + that some payloads carry. */
export function phoneOrNull(value: unknown): string | null {
  return PHONE_PATTERN.exec(idOrNull(value) ?? "")?.[1] ?? null;
}

/** A business-scoped user id such as `US.13491208655302741918`, kept whole. */
export function bsuidOrNull(value: unknown): string | null {
  const id = idOrNull(value);
  return id !== null && BSUID_PATTERN.test(id) ? id : null;
}

/** Meta's "seconds since 1970, as text" as ISO 8601; `fallbackAt` where it is unreadable. */
export function instantOf(value: unknown, fallbackAt: string): string {
  const seconds = typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== "number") return fallbackAt;
  const plausible = seconds >= MIN_UNIX_SECONDS && seconds <= MAX_UNIX_SECONDS;
  return plausible ? new Date(Math.trunc(seconds) * 1_000).toISOString() : fallbackAt;
}

/** Longest text kept of one field: WhatsApp's own longest is 4,096 characters. */
const MAX_FIELD_LENGTH = 4_096;

/** A field's text without blanks around it, cut where it is absurdly long; null when nothing is left. */
export function wordsOrNull(value: unknown): string | null {
  const words = typeof value === "number" ? String(value) : (textOrNull(value)?.trim() ?? "");
  return words.slice(0, MAX_FIELD_LENGTH).toWellFormed() || null;
}

/** A finite number, also one written as text. */
export function numberOrNull(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
