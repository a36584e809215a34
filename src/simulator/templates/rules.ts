import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { elements, member } from "../../whatsapp/fields.ts";
import { type GraphRefusal, refusal } from "../graph/errors.ts";
import type { StoredTemplate, TemplateStore } from "./store.ts";

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/** Meta's limits (whatsapp.md 9). */
const MOST_TEMPLATES = 250;
const MOST_CREATED_AN_HOUR = 100;
const NAME_BLOCKED_MS = 30 * DAY_MS;
const EDITABLE = new Set(["APPROVED", "REJECTED", "PAUSED"]);
const MOST_EDITS_A_MONTH = 10;

const Component = Type.Object({
  type: Type.String(),
  format: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  buttons: Type.Optional(Type.Array(Type.Object({ type: Type.String() }), { maxItems: 10 })),
  example: Type.Optional(Type.Unknown()),
});
export const TemplateBody = Type.Object({
  name: Type.String({ pattern: "^[a-z0-9_]{1,512}$" }),
  language: Type.String({ minLength: 2, maxLength: 16 }),
  category: Type.Union([
    Type.Literal("MARKETING"),
    Type.Literal("UTILITY"),
    Type.Literal("AUTHENTICATION"),
  ]),
  parameter_format: Type.Optional(Type.Union([Type.Literal("POSITIONAL"), Type.Literal("NAMED")])),
  components: Type.Array(Component, { minItems: 1 }),
});
export const EditBody = Type.Partial(Type.Pick(TemplateBody, ["category", "components"]));

/** Lengths of texts by the part they stand in. */
const LONGEST: Readonly<Record<string, number>> = { HEADER: 60, BODY: 1_024, FOOTER: 60 };

/** Subcodes as Meta gives them beside code 100. */
function refuse(subcode: number, words: string): GraphRefusal {
  return { ...refusal(100, words), subcode, userMessage: words };
}

/** Why Meta would not take these parts; undefined where it does. */
export function componentsObjection(
  components: unknown,
  { handles }: Pick<TemplateStore, "handles">,
): GraphRefusal | undefined {
  const schema = TemplateBody.properties.components;
  if (!Value.Check(schema, components)) {
    const error = Value.Errors(schema, components).First();
    return refuse(2388072, `components${error?.path ?? ""}: ${error?.message ?? "not readable"}.`);
  }
  const body = components.find(({ type }) => type === "BODY")?.text;
  if (body === undefined) return refuse(2388072, "There is no body.");
  for (const { type, text = "" } of components) {
    if (text.length > (LONGEST[type] ?? Number.POSITIVE_INFINITY)) {
      return refuse(2388040, `The ${type.toLowerCase()} is too long.`);
    }
  }
  return variablesObjection(body) ?? headerObjection(components, handles);
}

function variablesObjection(body: string): GraphRefusal | undefined {
  if (/^\s*\{\{|\}\}\s*$/.test(body)) {
    return refuse(2388299, "Variables can't be at the start or end of the template.");
  }
  const words = body.replace(/\{\{[^}]*\}\}/g, " ").match(/\p{L}+/gu)?.length ?? 0;
  return words < variablesOf(body).length
    ? refuse(2388293, "This template has too many variables for its length.")
    : undefined;
}

function headerObjection(
  components: readonly { type: string; format?: string; example?: unknown }[],
  handles: ReadonlyMap<string, number>,
): GraphRefusal | undefined {
  const header = components.find(({ type }) => type === "HEADER");
  const isMedia = header?.format !== undefined && !/^(TEXT|LOCATION)$/.test(header.format);
  const [handle] = elements(member(header?.example, "header_handle"));
  return isMedia && !(typeof handle === "string" && handles.has(handle))
    ? refuse(2388047, "The header needs a sample.")
    : undefined;
}

interface Wanted {
  wabaId: string;
  name: string;
  language: string;
}

/** Why a new template is refused whatever is in it. */
export function creationObjection(
  store: TemplateStore,
  { wabaId, name, language }: Wanted,
  nowMs: number,
): GraphRefusal | undefined {
  const created = store.createdAtMs(wabaId).filter((atMs) => nowMs - atMs < HOUR_MS);
  if (created.length >= MOST_CREATED_AN_HOUR) return refusal(80007, "Too many templates an hour.");
  if (store.ofAccount(wabaId).length >= MOST_TEMPLATES) {
    return refuse(2388019, "The limit of templates for this account was reached.");
  }
  if (store.find(wabaId, name, language)) {
    return refuse(2388024, "There is already content in this language for this template.");
  }
  const deletedAtMs = store.deletedAtMs.get(`${wabaId}/${name}`);
  return deletedAtMs !== undefined && nowMs - deletedAtMs < NAME_BLOCKED_MS
    ? refuse(2388023, "The content in this language is being deleted.")
    : undefined;
}

/** Why a template may not be changed now. */
export function editObjection(
  { status, editedAtMs, category }: StoredTemplate,
  wanted: { category?: string },
  nowMs: number,
): GraphRefusal | undefined {
  if (!EDITABLE.has(status)) return refuse(2388039, `A ${status} template cannot be edited.`);
  if (status !== "APPROVED") return undefined;
  if (wanted.category !== undefined && wanted.category !== category) {
    return refuse(2388039, "The category of an approved template cannot be edited.");
  }
  const month = editedAtMs.filter((atMs) => nowMs - atMs < 30 * DAY_MS);
  const isTooSoon = month.some((atMs) => nowMs - atMs < DAY_MS);
  return isTooSoon || month.length >= MOST_EDITS_A_MONTH
    ? refuse(2388039, "An approved template is edited once a day, and ten times a month.")
    : undefined;
}

/** The variables of a text, each once. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{([^}]+)\}\}/g)].map(([, name = ""]) => name.trim()))];
}
