import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { Components, KeptComponents } from "./components.ts";
import { Variables } from "./variables.ts";

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
    name: t.String({ description: "Once per number and language." }),
    language: t.String({ description: "As Meta spells it: `en`, `pt_BR`." }),
    category: t.UnionEnum(categories, { description: "As Meta judges it: what it costs." }),
    components: KeptComponents,
    variables: Variables,
    status: t.String({
      description:
        "`draft`, then Meta's word: PENDING, APPROVED, REJECTED, PAUSED … Only APPROVED can be sent.",
      examples: ["draft"],
    }),
    quality: t.String({ description: "Meta's word: GREEN, YELLOW, RED, UNKNOWN." }),
    rejectedReason: t.Nullable(t.String({ description: "Meta's." })),
    nextCategory: t.Nullable(t.String({ description: "What Meta is going to make of it." })),
    nextCategoryAt: t.Nullable(Instant),
    feeUsd: t.Nullable(
      t.Object(
        { least: t.String(), most: t.String() },
        {
          description:
            "What Meta takes for one today, by the operator's table: from the cheapest country to the dearest. Null while the table has no rate of the category.",
        },
      ),
    ),
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

const NumberId = t.String({ format: "uuid", description: "The number it is for." });

export const TemplateCreation = t.Object({
  integrationId: NumberId,
  ...written,
  variables: t.Optional(Variables),
});
export type TemplateCreation = typeof TemplateCreation.static;

export const TemplateEdit = t.Partial(t.Object({ ...written, variables: Variables }), {
  title: "TemplateEdit",
  minProperties: 1,
});
export type TemplateEdit = typeof TemplateEdit.static;

export const SyncBody = t.Object({
  integrationId: t.String({ format: "uuid", description: "Whose templates are read at Meta." }),
});

const Count = t.Integer({ minimum: 0 });

export const SyncReport = t.Object(
  {
    listed: t.Integer({ minimum: 0, description: "As many as Meta has." }),
    added: Count,
    changed: Count,
    gone: t.Integer({ minimum: 0, description: "Meta has them no longer: `DELETED` here." }),
  },
  { title: "TemplateSync" },
);
