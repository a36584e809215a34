/** Stands for what operators may not see. */
export const HIDDEN = "•••";

/** As much of an entry that is no JSON as shows what it might be, and nothing of what it says. */
const HEAD_BYTES = 32;
const MAX_DEPTH = 32;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const FIELD_NAME = /^[A-Za-z_][A-Za-z_-]{0,39}$/;
const ONE_WORD = /^[A-Za-z_.]{1,40}$/;
/** Fields whose value is one word of a protocol, never of a person. */
const KINDS = new Set(["kind", "type", "cause", "stream", "status", "field", "errorClass"]);
/** Ids of the business at Meta: public, and needed to tell whose entry it is. */
const BUSINESS_IDS = new Set(["phoneNumberId", "phone_number_id", "wabaId", "waba_id"]);
/** So many digits may be a phone number. */
const PHONE_DIGITS = 7;

export type Redacted = { kind: "json"; value: unknown } | { kind: "bytes"; headHex: string };

/**
 * An entry as operators may see it: who and what, by ids, kinds and instants. What people wrote, and
 * how they can be reached, is masked; so is everything that is not known to be harmless.
 */
export function redacted(entry: Uint8Array): Redacted {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(entry);
    return { kind: "json", value: mask("", JSON.parse(text), 0) };
  } catch {
    return { kind: "bytes", headHex: Buffer.from(entry.subarray(0, HEAD_BYTES)).toString("hex") };
  }
}

/** A value of an entry as operators may see it; `name` is its field's, or its list's. */
export function maskedValue(name: string, value: unknown, depth: number): unknown {
  return mask(name, value, depth);
}

/** A field's name as operators may see it: some are data, such as phone numbers. `at`: its place. */
export function maskedName(name: string, at: number): string {
  return FIELD_NAME.test(name) ? name : `${HIDDEN}${at}`;
}

function mask(name: string, value: unknown, depth: number): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return String(value).length < PHONE_DIGITS ? value : HIDDEN;
  if (typeof value === "string") return isHarmless(name, value) ? value : hidden(value);
  if (depth >= MAX_DEPTH) return HIDDEN;
  if (Array.isArray(value)) return value.map((inner) => mask(name, inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([key, inner], at) => [
      maskedName(key, at),
      mask(key, inner, depth + 1),
    ]),
  );
}

function isHarmless(name: string, text: string): boolean {
  if (UUID.test(text) || INSTANT.test(text)) return true;
  if (BUSINESS_IDS.has(name)) return /^\d{1,20}$/.test(text);
  return KINDS.has(name) && ONE_WORD.test(text);
}

function hidden(text: string): string {
  return `${HIDDEN} (${text.length} characters)`;
}

const QUOTED = /"[^"]*"|'[^']*'|`[^`]*`/g;
const LONG_NUMBER = /\+?\d[\d\s()./-]{5,}\d/g;
const UUIDS = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/gi;

/** An error's words may quote what they are about: only field names and ids of ours stay. */
export function redactedReason(reason: string): string {
  return reason
    .split(UUIDS)
    .map((part, at) => (at % 2 === 1 ? part : maskWords(part)))
    .join("");
}

function maskWords(text: string): string {
  return text
    .replace(QUOTED, (quoted) => (FIELD_NAME.test(quoted.slice(1, -1)) ? quoted : `"${HIDDEN}"`))
    .replace(LONG_NUMBER, HIDDEN);
}
