const MASK = "•••";

/** Names, in any spelling and anywhere in a row, of what nobody may read back. */
const SECRET_NAME =
  /pass(word|phrase|code)|secret|token|credential|authorization|cookie|salt|hash|(^|[a-z_-])(keys?|box|pin|otp)$/i;

/** Text that is a secret whatever its field is called: our keys and tokens, Meta's, other vendors'. */
const SECRET_TEXT =
  /\bll_(key|rt|invite|reset)_[\w-]+|\bEAA[A-Za-z0-9]{20,}|\bsk-[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|\bbearer\s+\S+/gi;

/** As deep as bodies may be; whatever lies deeper is masked. */
const MAX_DEPTH = 32;

/**
 * A field's value as the audit log may keep it. Secrets become `•••` in objects and lists at any depth,
 * in pairs such as `{name: "password", value: …}`, and within text. Null, booleans and token counts
 * stay: they say that something is there, not what.
 */
export function masked(name: string, value: unknown, depth = 0): unknown {
  if (value === null || value === undefined || typeof value === "boolean") return value;
  if (SECRET_NAME.test(name) && !isCount(name, value)) return MASK;
  if (typeof value === "string") return value.replace(SECRET_TEXT, MASK);
  if (typeof value !== "object" || value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((inner) => masked("", inner, depth + 1));
  const named = nameWithin(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      masked(key === "value" ? named : key, inner, depth + 1),
    ]),
  );
}

/** `tokensIn: 812` counts the model's tokens. */
function isCount(name: string, value: unknown): boolean {
  return typeof value === "number" && /tokens/i.test(name);
}

/** What a pair of name and value calls its value. */
function nameWithin(pair: object): string {
  const { name, key }: { name?: unknown; key?: unknown } = pair;
  return [name, key].find((one) => typeof one === "string" && SECRET_NAME.test(one))
    ? "secret"
    : "value";
}
