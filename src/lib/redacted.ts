/** What has digits and is neither a person's nor a secret: looked for first, and left as it is. */
const HARMLESS = [
  "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
  String.raw`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`,
  String.raw`(?<![\p{Nd}./-])\d{1,2}(?<mark>[./-])\d{1,2}\k<mark>\d{2,4}(?![./-]?\p{Nd})`,
  String.raw`[€$£¥₹]\s?\p{Nd}[\p{Nd}.,'’]{0,24}|\b\p{Nd}[\p{Nd}.,'’]{0,24}\s?(?:[€$£¥₹%]|(?:USD|EUR|GBP|INR|MXN|BRL)\b)`,
  String.raw`\b\d{1,3}(?:,\d{2,3}){1,8}(?:\.\d+)?\b`,
].join("|");

const EMAIL = String.raw`[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}`;

/** Our keys and tokens, Meta's, other vendors', what is named a password, and long random strings. */
const SECRET = [
  String.raw`\bll_(?:key|rt|invite|reset)_[\w-]+`,
  String.raw`\bEAA[A-Za-z0-9]{20,}`,
  String.raw`\bsk-[\w-]{16,}`,
  String.raw`\beyJ[\w-]{8,2000}\.[\w-]{1,4000}\.[\w-]+`,
  String.raw`\b[Bb]earer\s+\S+`,
  String.raw`\b(?:[Pp]assword|[Pp]asswort|[Pp]asswd|[Cc]ontraseña|PIN|OTP)\s*[:=]\s*\S+`,
  String.raw`\b(?=[\w-]{0,64}\d)(?=[\w-]{0,64}[A-Za-z])[\w-]{32,512}`,
].join("|");

const IBAN = String.raw`\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b`;

/** Eight digits and more in any script, in groups as people write numbers they are reached by. */
const DIGITS = String.raw`(?:\+\s?)?\(?\p{Nd}(?:[\s().\-/‐-―]{0,3}\p{Nd}){7,40}`;

const FINDINGS = new RegExp(
  `(?<harmless>${HARMLESS})|(?<email>${EMAIL})|(?<secret>${SECRET})|(?<iban>${IBAN})|(?<digits>${DIGITS})`,
  "gu",
);

/** By E.164; whatever is longer pays for something or opens something. */
const MAX_PHONE_DIGITS = 15;
const MIN_IBAN_DIGITS = 8;

/**
 * A text without what reaches a person, pays for something or opens something: each is replaced by a mark
 * of its kind, `[email]`, `[phone]`, `[card]`, `[iban]` or `[secret]`. Amounts, dates and our ids stay.
 */
export function redactedText(text: string): string {
  return text.replace(FINDINGS, (found: string, ...rest: unknown[]) => {
    const kinds: Record<string, string | undefined> = Object(rest.at(-1));
    const kind = ["harmless", "email", "secret", "iban"].find((one) => kinds[one] !== undefined);
    if (kind === "harmless") return found;
    return kind === undefined || kind === "iban" ? markOfDigits(found, kind) : `[${kind}]`;
  });
}

function markOfDigits(found: string, kind: "iban" | undefined): string {
  const digits = found.match(/\p{Nd}/gu) ?? [];
  if (kind === "iban") return digits.length < MIN_IBAN_DIGITS ? found : "[iban]";
  return isCard(digits) || digits.length > MAX_PHONE_DIGITS ? "[card]" : "[phone]";
}

/** The same for every text within a JSON value, each cut to `maxChars`. Names of fields stay. */
export function redactedJson(value: unknown, maxChars: number): unknown {
  if (typeof value === "string") return cut(redactedText(value), maxChars);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((inner) => redactedJson(inner, maxChars));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, redactedJson(inner, maxChars)]),
  );
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars).toWellFormed()}…`;
}

/** Luhn's check, which one random number in ten passes. */
function isCard(digits: readonly string[]): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = digits.toReversed().reduce((total, digit, at) => {
    const value = at % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
