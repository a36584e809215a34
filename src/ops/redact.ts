/** Keys whose values never reach a log: secrets, what people wrote, and who they are. */
const HIDDEN_KEY =
  /secret|password|passwd|token|authorization|cookie|api_?key|encryption_?key|credential|signature|^(text|body|caption|content|draft|reply|raw|prompt|transcript|summary|phone|email|e164|profile_?name|parameters)$/i;

/** Counts named like a secret, such as the tokens a model used. */
const HARMLESS_VALUE = (value: unknown) =>
  value === null || typeof value === "number" || typeof value === "boolean";

/** `postgres://user:password@host` and `Bearer …` inside any sentence. */
const URL_PASSWORD = /(\w+:\/\/[^\s:/@]*):[^\s@/]+@/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;

const HIDDEN = "[hidden]";
const MAX_DEPTH = 6;

/** A copy of a log line's fields without secrets and message text. Errors become plain facts. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactRecord(fields, 0);
}

/** A sentence without the passwords of the addresses in it. */
export function redactText(text: string): string {
  return text.replace(URL_PASSWORD, `$1:${HIDDEN}@`).replace(BEARER, `$1 ${HIDDEN}`);
}

function redactRecord(record: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      HIDDEN_KEY.test(key) && !HARMLESS_VALUE(value) ? HIDDEN : redactValue(value, depth + 1),
    ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "[too deep]";
  if (value instanceof Error) return errorFacts(value, depth);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return redactRecord(value, depth);
}

/** Of an error only these: a driver's other fields may quote a row. */
function errorFacts(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: redactText(error.message),
    ...("code" in error ? { code: error.code } : {}),
    ...("details" in error ? { details: redactValue(error.details, depth + 1) } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
