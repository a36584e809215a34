const LONE_SURROGATE_OR_NUL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: U+0000 is the character Postgres refuses.
  /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Text that Postgres can store: U+0000 and lone surrogates become U+FFFD. `altered` tells whether
 * anything was replaced, so the row can be flagged.
 */
export function storableText(text: string): { text: string; altered: boolean } {
  const clean = text.replace(LONE_SURROGATE_OR_NUL, "\uFFFD");
  return { text: clean, altered: clean !== text };
}

/** Any JSON value with each of its strings and keys made storable in jsonb. */
export function storableJson(value: unknown): unknown {
  if (typeof value === "string") return storableText(value).text;
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key).text, storableJson(inner)]),
  );
}

/** A JSON value if the text is JSON, otherwise undefined. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
