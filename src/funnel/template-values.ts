/** What fills a template's variable when whoever sends it gives nothing. */
export interface TemplateVariable {
  /** As in the text, without braces: `1`, `first_name`. */
  name: string;
  /** Where the value comes from; `text`: the fallback is the value. */
  source: `lead.fields.${string}` | "lead.name" | "lead.company" | "business.name" | "text";
  /** Said when the source is empty. */
  fallback: string;
}

export interface TemplateFacts {
  lead: {
    name: string | null;
    company: string | null;
    fields: Readonly<Record<string, unknown>>;
  };
  business: { name: string };
}

/** Longest value that Meta takes in a body. */
const MAX_VALUE = 1_024;

/**
 * A value for each named variable, or the names of those that nothing fills. Line breaks and runs of
 * spaces are made one space each: Meta refuses them in values.
 */
export function templateValues(
  names: readonly string[],
  variables: readonly TemplateVariable[],
  facts: TemplateFacts,
): { values: string[] } | { missing: string[] } {
  const missing = names.filter((name) => !variables.some((one) => one.name === name));
  if (missing.length > 0) return { missing };
  return {
    values: names.map((name) => {
      const variable = variables.find((one) => one.name === name);
      const found = variable && oneLine(sourceText(variable.source, facts));
      return found || oneLine(variable?.fallback ?? "");
    }),
  };
}

function sourceText(source: TemplateVariable["source"], { lead, business }: TemplateFacts): string {
  if (source === "lead.name") return lead.name ?? "";
  if (source === "lead.company") return lead.company ?? "";
  if (source === "business.name") return business.name;
  if (source === "text") return "";
  const name = source.slice("lead.fields.".length);
  const value = Object.hasOwn(lead.fields, name) ? lead.fields[name] : null;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, MAX_VALUE);
}
