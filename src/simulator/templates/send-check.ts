import { elements, idOrNull, member, textOrNull } from "../../whatsapp/fields.ts";
import { type GraphRefusal, refusal } from "../graph/errors.ts";
import { variablesOf } from "./rules.ts";
import type { StoredTemplate, TemplateStore } from "./store.ts";

/** A template as a send names it. */
export interface SentTemplate {
  name: string;
  language: string;
  components: readonly unknown[];
}

/** What the lead reads of a template, or why Meta refuses the send (whatsapp.md 8). */
export function checkTemplate(
  store: TemplateStore,
  wabaId: string,
  { name, language, components }: SentTemplate,
): { text: string; category: string } | GraphRefusal {
  const stored = store.find(wabaId, name, language);
  if (stored?.status !== "APPROVED") return statusRefusal(stored?.status, name, language);
  const header = readValues(stored, components, "header");
  const body = readValues(stored, components, "body");
  if ("code" in header) return header;
  if ("code" in body) return body;
  const refused = mediaHeaderObjection(stored, components) ?? buttonObjection(stored, components);
  if (refused) return refused;
  return {
    category: stored.category.toLowerCase(),
    text: body.text.replace(
      /\{\{([^}]+)\}\}/g,
      (written, variable) => body.values.get(variable.trim()) ?? written,
    ),
  };
}

/** The file or place that a header without words needs; its id is looked for by the caller. */
function mediaHeaderObjection(
  { components }: StoredTemplate,
  sent: readonly unknown[],
): GraphRefusal | undefined {
  const format =
    textOrNull(member(partOf(components, "HEADER"), "format"))?.toLowerCase() ?? "text";
  if (format === "text") return undefined;
  const [parameter] = elements(member(partOf(sent, "header"), "parameters"));
  if (parameter === undefined) return refusal(132012, `header: a ${format} is expected.`);
  return member(parameter, "type") === format && member(parameter, format) !== undefined
    ? undefined
    : refusal(132012, `header: the parameter is no ${format}.`);
}

/** Every button with a variable needs its value, and no other takes one but a quick reply. */
function buttonObjection(
  { components }: StoredTemplate,
  sent: readonly unknown[],
): GraphRefusal | undefined {
  const buttons = elements(member(partOf(components, "BUTTONS"), "buttons"));
  const given = sent.filter((one) => member(one, "type") === "button");
  for (const [index, button] of buttons.entries()) {
    const value = given.find((one) => String(member(one, "index")) === String(index));
    const refused = valueObjection(button, value, index);
    if (refused) return refused;
  }
  return given.some((one) => Number(member(one, "index")) >= buttons.length)
    ? refusal(132018, "buttons: there is no such button.")
    : undefined;
}

function valueObjection(button: unknown, value: unknown, index: number): GraphRefusal | undefined {
  const type = textOrNull(member(button, "type"))?.toLowerCase() ?? "";
  const hasVariable = variablesOf(textOrNull(member(button, "url")) ?? "").length > 0;
  const needs = type === "copy_code" || (type === "url" && hasVariable);
  if (value === undefined) {
    return needs
      ? refusal(131008, `buttons: Button at index ${index} requires a parameter.`)
      : undefined;
  }
  const takes = needs || type === "quick_reply";
  return takes && member(value, "sub_type") === type && hasValue(value, type)
    ? undefined
    : refusal(132018, `buttons: the parameter of button ${index} is not its own.`);
}

const VALUE_FIELDS: Readonly<Record<string, string>> = {
  url: "text",
  copy_code: "coupon_code",
  quick_reply: "payload",
};

function hasValue(button: unknown, type: string): boolean {
  const [parameter] = elements(member(button, "parameters"));
  return textOrNull(member(parameter, VALUE_FIELDS[type] ?? "")) !== null;
}

function partOf(parts: readonly unknown[], type: string): unknown {
  return parts.find((one) => member(one, "type") === type);
}

/** The file that a template's header carries by its id, if it does. */
export function headerMediaId(sent: readonly unknown[]): string | null {
  const [parameter] = elements(member(partOf(sent, "header"), "parameters"));
  const type = textOrNull(member(parameter, "type")) ?? "";
  return idOrNull(member(member(parameter, type), "id"));
}

/** The values of one part's variables, and the part's text. */
function readValues(
  { components, parameterFormat }: StoredTemplate,
  sent: readonly unknown[],
  type: "header" | "body",
): { text: string; values: Map<string, string> } | GraphRefusal {
  const part = components.find((one) => member(one, "type") === type.toUpperCase());
  const text = textOrNull(member(part, "text")) ?? "";
  const names = variablesOf(text);
  const format = textOrNull(member(part, "format"));
  const isText = format === null || format === "TEXT";
  const given = isText ? elements(member(partOf(sent, type), "parameters")) : [];
  if (given.length !== names.length) {
    return refusal(132000, `${type}: ${given.length} parameters, ${names.length} are expected.`);
  }
  const values = new Map<string, string>();
  for (const [at, parameter] of given.entries()) {
    const own = textOrNull(member(parameter, "parameter_name"));
    const variable = parameterFormat === "NAMED" ? own : String(at + 1);
    const value = textOrNull(member(parameter, "text"));
    if (variable === null || !names.includes(variable) || value === null) {
      return refusal(132012, `${type}: parameter ${at} is not of the template's format.`);
    }
    values.set(variable, value);
  }
  return { text, values };
}

function statusRefusal(status: string | undefined, name: string, language: string): GraphRefusal {
  if (status === "PAUSED") return refusal(132015, `${name} is paused.`);
  if (status === "DISABLED") return refusal(132016, `${name} is disabled.`);
  return refusal(132001, `template name (${name}) does not exist in ${language}`);
}
