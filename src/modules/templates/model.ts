import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { Components } from "./components.ts";

const categories = ["MARKETING", "UTILITY", "AUTHENTICATION"] as const;

const Language = t.String({
  pattern: "^[a-z]{2,3}(_[A-Z]{2,4})?$",
  maxLength: 10,
  description: "As Meta spells it: `en`, `pt_BR`.",
  examples: ["en"],
});

const written = {
  name: t.String({
    pattern: "^[a-z0-9_]{1,512}$",
    maxLength: 512,
    description: "Once per number and language.",
    examples: ["still_interested"],
  }),
  language: Language,
  category: t.UnionEnum(["MARKETING", "UTILITY"], {
    description: "Leads get no one-time passwords, so there is no AUTHENTICATION here.",
    examples: ["MARKETING"],
  }),
  components: Components,
};

export const Template = t.Object(
  {
    id: Id,
    integrationId: Id,
    ...written,
    category: t.UnionEnum(categories),
    status: t.String({
      description: "`draft`, then Meta's word: PENDING, APPROVED, REJECTED, PAUSED …",
      examples: ["draft"],
    }),
    quality: t.String({ description: "Meta's word: GREEN, YELLOW, RED, UNKNOWN." }),
    rejectedReason: t.Nullable(t.String({ description: "Meta's." })),
    metaTemplateId: t.Nullable(t.String({ description: "Null until Meta has it." })),
    createdAt: Instant,
    updatedAt: Instant,
    version: Version,
  },
  { title: "Template", description: "What may be sent when WhatsApp's window is closed." },
);
export type Template = typeof Template.static;

export const TemplatePage = pageOfRows(Template);

export const TemplatesQuery = t.Object({
  ...paging(50),
  integrationId: t.Optional(Id),
  status: t.Optional(
    t.String({ pattern: "^[A-Za-z_]{1,40}$", maxLength: 40, examples: ["APPROVED"] }),
  ),
  category: t.Optional(t.UnionEnum(categories)),
  language: t.Optional(Language),
});
export type TemplatesQuery = typeof TemplatesQuery.static;

export const TemplateCreation = t.Object({
  integrationId: t.String({ format: "uuid", description: "The number it is for." }),
  ...written,
});
export type TemplateCreation = typeof TemplateCreation.static;

export const TemplateEdit = t.Partial(t.Object(written), {
  title: "TemplateEdit",
  minProperties: 1,
});
export type TemplateEdit = typeof TemplateEdit.static;
