import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type EntryOf, EventEntry, entrySchemas } from "./messages.ts";

/** The field that carries an entry's JSON, and the one that carries a buried entry's raw bytes. */
export const DATA_FIELD = "d";
const BURIED_FIELD = "e";

const checks = {
  inbound: TypeCompiler.Compile(entrySchemas.inbound),
  receipts: TypeCompiler.Compile(entrySchemas.receipts),
  notices: TypeCompiler.Compile(entrySchemas.notices),
  turns: TypeCompiler.Compile(entrySchemas.turns),
  outbound: TypeCompiler.Compile(entrySchemas.outbound),
  memory: TypeCompiler.Compile(entrySchemas.memory),
  media: TypeCompiler.Compile(entrySchemas.media),
  dead: TypeCompiler.Compile(entrySchemas.dead),
};
const eventCheck = TypeCompiler.Compile(EventEntry);

/** Refuses bytes that are no UTF-8, which a lenient decoder would turn into other text. */
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** `path`: JSON pointer to the first field that is wrong; empty for the whole. */
export type Parsed<T> = { ok: true; entry: T } | { ok: false; reason: string; path: string };

function parseJson(bytes: Uint8Array | undefined): Parsed<unknown> {
  const wrong = (reason: string) => ({ ok: false, reason, path: "" }) as const;
  if (bytes === undefined) return wrong(`The entry has no field "${DATA_FIELD}".`);
  try {
    return { ok: true, entry: JSON.parse(strictUtf8.decode(bytes)) };
  } catch {
    return wrong("The entry is not JSON in UTF-8.");
  }
}

/** An entry of `stream`, or why it is none. Never throws. */
export function parseEntry<Name extends keyof EntryOf>(
  stream: Name,
  fields: ReadonlyMap<string, Uint8Array>,
): Parsed<EntryOf[Name]> {
  const parsed = parseJson(fields.get(DATA_FIELD));
  if (!parsed.ok) return parsed;
  const value = stream === "dead" ? withBytes(parsed.entry, fields) : parsed.entry;
  const check = checks[stream];
  if (check.Check(value)) return { ok: true, entry: checkedAs<Name>(value) };
  const path = check.Errors(value).First()?.path ?? "";
  const reason = `The entry does not match the schema of "${stream}" at "${path}".`;
  return { ok: false, reason, path };
}

function withBytes(value: unknown, fields: ReadonlyMap<string, Uint8Array>): unknown {
  if (typeof value !== "object" || value === null) return value;
  return { ...value, bytes: fields.get(BURIED_FIELD) ?? new Uint8Array() };
}

/** Holds because the value has just passed the check filed under the same stream name. */
function checkedAs<Name extends keyof EntryOf>(value: unknown): EntryOf[Name] {
  return value as EntryOf[Name];
}

/** A live event, or `undefined` when the entry is none. */
export function parseEvent(fields: ReadonlyMap<string, Uint8Array>): EventEntry | undefined {
  const parsed = parseJson(fields.get(DATA_FIELD));
  return parsed.ok && eventCheck.Check(parsed.entry) ? parsed.entry : undefined;
}

/** The organization named in an entry that may be malformed otherwise; `null` when none is. */
export function organizationIn(fields: ReadonlyMap<string, Uint8Array>): string | null {
  const parsed = parseJson(fields.get(DATA_FIELD));
  if (!parsed.ok || typeof parsed.entry !== "object" || parsed.entry === null) return null;
  const organizationId = "organizationId" in parsed.entry ? parsed.entry.organizationId : null;
  return typeof organizationId === "string" && organizationId !== "" ? organizationId : null;
}

/** JSON with sorted keys: equal entries are equal text, so the delayed set holds one of them. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
