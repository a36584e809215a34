import { t } from "elysia";
import type { TemplateVariable } from "../../funnel/template-values.ts";

const Variable = t.Object({
  name: t.String({
    pattern: "^([0-9]{1,3}|[a-z][a-z0-9_]{0,39})$",
    description: "As in the body, without braces.",
    examples: ["1"],
  }),
  source: t.Unsafe<TemplateVariable["source"]>(
    t.String({
      pattern: "^(lead\\.(name|company|fields\\..{1,64})|business\\.name|text)$",
      description:
        "`lead.name`, `lead.company`, `lead.fields.` and the field's name, `business.name`, or `text`: always the fallback.",
      examples: ["lead.name"],
    }),
  ),
  fallback: t.String({
    minLength: 1,
    maxLength: 200,
    pattern: "\\S",
    description: "Said when the source is empty.",
    examples: ["there"],
  }),
});

export const Variables = t.Array(Variable, {
  maxItems: 100,
  description: "What fills the body's variables when whoever sends it gives no values.",
  examples: [[{ name: "1", source: "lead.name", fallback: "there" }]],
});
