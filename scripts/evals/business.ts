import { type Static, Type } from "@sinclair/typebox";
import { demoCtas, demoFacts, demoOrganization } from "../../src/db/seed/northwind.ts";
import type { CtaOffer, Fact, TurnContext } from "../../src/funnel/turn.ts";

const closed = { additionalProperties: false } as const;

/** A business that cases are told about. */
export const BusinessFile = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    policy: Type.String(),
    language: Type.String(),
    timeZone: Type.String(),
    holdingLine: Type.String(),
    facts: Type.Array(
      Type.Object(
        {
          kind: Type.Union([Type.Literal("fact"), Type.Literal("price")]),
          topic: Type.String(),
          text: Type.String(),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    ctas: Type.Array(
      Type.Object(
        {
          kind: Type.String(),
          name: Type.String(),
          description: Type.String(),
          url: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
);
type BusinessFile = Static<typeof BusinessFile>;

export interface Business extends Pick<TurnContext, "business" | "facts" | "ctas"> {
  holdingLine: string;
}

/** Ids as the database would give them: Brain names CTAs by id, and no id may reach a lead. */
export function withIds({ facts, ctas, holdingLine, ...business }: BusinessFile): Business {
  return {
    business,
    holdingLine,
    facts: facts.map((fact, index): Fact => ({ id: idOf(100 + index), ...fact })),
    ctas: ctas.map(
      (cta, index): CtaOffer => ({ id: idOf(200 + index), url: null, bookable: false, ...cta }),
    ),
  };
}

function idOf(number: number): string {
  return `0190e000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

/** The demo's own business, so that what a newcomer chats with is what is tested. */
export const northwind: Business = withIds({
  ...demoOrganization,
  facts: demoFacts.map(({ kind, topic, text }) => ({ kind, topic, text })),
  ctas: [...demoCtas],
});

/** A CTA by what cases call it: its kind. */
export function ctaOf({ ctas }: Business, key: string): CtaOffer | undefined {
  return ctas.find(({ kind }) => kind === key);
}
