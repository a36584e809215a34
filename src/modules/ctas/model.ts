import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";

const kinds = ["call", "demo", "visit", "link"] as const;

const Url = t.Nullable(
  t.String({
    maxLength: 2_000,
    pattern: "^https?://\\S+$",
    description: "Where the lead goes for it. A `link` has one.",
    examples: ["https://example.com/book"],
  }),
);

const written = {
  kind: t.UnionEnum(kinds, { examples: ["visit"] }),
  name: t.String({ minLength: 1, maxLength: 100, pattern: "\\S", examples: ["Free site visit"] }),
  description: t.String({
    maxLength: 1_000,
    description: "For whom it is, and what the bot has to ask for.",
    examples: ["A technician looks at the roof. Ask for the address and a day."],
  }),
};

const placed = {
  active: t.Boolean({ description: "False: kept, but the bot does not offer it." }),
  position: t.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: "Smaller ones come first, and of equal ones the older.",
    examples: [0],
  }),
};

export const Cta = t.Object(
  {
    id: Id,
    ...written,
    url: Url,
    ...placed,
    createdAt: Instant,
    updatedAt: Instant,
    version: Version,
  },
  { title: "Cta", description: "A next step that the business offers." },
);
export type Cta = typeof Cta.static;

export const CtaPage = pageOfRows(Cta);

export const CtasQuery = t.Object({
  ...paging(50),
  kind: t.Optional(t.UnionEnum(kinds)),
  active: t.Optional(t.Boolean()),
});
export type CtasQuery = typeof CtasQuery.static;

export const CtaCreation = t.Object({
  ...written,
  url: t.Optional(Url),
  active: t.Optional(placed.active),
  position: t.Optional(placed.position),
});
export type CtaCreation = typeof CtaCreation.static;

export const CtaEdit = t.Partial(t.Object({ ...written, url: Url, ...placed }), {
  title: "CtaEdit",
  minProperties: 1,
});
export type CtaEdit = typeof CtaEdit.static;
