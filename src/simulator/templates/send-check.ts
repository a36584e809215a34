import { elements, member, textOrNull } from "../../whatsapp/fields.ts";
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
): { text: string } | GraphRefusal {
  const stored = store.find(wabaId, name, language);
  if (stored?.status !== "APPROVED") return statusRefusal(stored?.status, name, language);
  const header = readValues(stored, components, "header");
  const body = readValues(stored, components, "body");
  if ("code" in header) return header;
  if ("code" in body) return body;
  return {
    text: body.text.replace(
      /\{\{([^}]+)\}\}/g,
      (written, variable) => body.values.get(variable.trim()) ?? written,
    ),
  };
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
  const given = elements(
    member(
      sent.find((one) => member(one, "type") === type),
      "parameters",
    ),
  );
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
