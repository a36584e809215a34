import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";

const Kind = t.UnionEnum(["fact", "price"], { examples: ["price"] });

const Topic = t.String({
  minLength: 1,
  maxLength: 200,
  pattern: "\\S",
  description: "What it is about, in a few words.",
  examples: ["Home 4 kW system"],
});

const Amount = t.Nullable(
  t.String({
    pattern: "^[0-9]{1,12}(\\.[0-9]{1,4})?$",
    description: "Of a price: exact decimal, and `text` has to say it. Null for a fact.",
    examples: ["6900.00"],
  }),
);

const Currency = t.Nullable(
  t.String({
    pattern: "^[A-Z]{3}$",
    description: "Of a price: ISO 4217. Null for a fact.",
    examples: ["USD"],
  }),
);

const written = {
  kind: Kind,
  topic: Topic,
  text: t.String({
    minLength: 1,
    maxLength: 2_000,
    pattern: "\\S",
    description: "What the bot may say; a price exactly as the business writes it.",
    examples: ["Home 4 kW system: $6,900 installed."],
  }),
};

const placed = {
  active: t.Boolean({ description: "False: kept, but the bot does not know it." }),
  position: t.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: "Smaller ones come first, and of equal ones the older.",
    examples: [0],
  }),
};

export const Fact = t.Object(
  {
    id: Id,
    ...written,
    amount: Amount,
    currency: Currency,
    ...placed,
    createdAt: Instant,
    updatedAt: Instant,
    version: Version,
  },
  { title: "Fact", description: "A fact or price: what the bot may state." },
);
export type Fact = typeof Fact.static;

export const FactPage = pageOfRows(Fact);

export const FactsQuery = t.Object({
  ...paging(50),
  kind: t.Optional(t.UnionEnum(["fact", "price"])),
  active: t.Optional(t.Boolean()),
  topic: t.Optional(t.String({ minLength: 1, maxLength: 200, description: "Exactly this topic." })),
});
export type FactsQuery = typeof FactsQuery.static;

export const FactCreation = t.Object({
  ...written,
  amount: t.Optional(Amount),
  currency: t.Optional(Currency),
  active: t.Optional(placed.active),
  position: t.Optional(placed.position),
});
export type FactCreation = typeof FactCreation.static;

export const FactEdit = t.Partial(
  t.Object({ ...written, amount: Amount, currency: Currency, ...placed }),
  { title: "FactEdit", minProperties: 1 },
);
export type FactEdit = typeof FactEdit.static;
