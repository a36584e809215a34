import type { Stage } from "../lead.ts";
import type { Span } from "../plain-text.ts";
import type { CtaOffer, Fact, ToolResult, TurnCause } from "../turn.ts";

/** In the order in which a broken one is named. */
export const gateNames = [
  "stage",
  "empty",
  "one_message",
  "length",
  "leakage",
  "claims_human",
  "language",
  "one_question",
  "link",
  "amount",
  "discount",
  "guarantee",
  "deed",
  "availability",
  "time",
] as const;
export type GateName = (typeof gateNames)[number];

/** One thing in a draft that may not be said. */
export interface Finding {
  /** In a few words, for people. */
  reason: string;
  /** Of the draft, as it stands there. */
  text: string;
  span: Span;
}

/** What one gate found in one draft of a turn; 1 is the first draft, 2 the rewrite. */
export interface GateReport {
  draft: number;
  gate: GateName;
  ok: boolean;
  findings: readonly Finding[];
}

/** Everything a draft may lean on. What the lead wrote is no ground for a price or a discount. */
export interface Grounds {
  facts: readonly Fact[];
  ctas: readonly CtaOffer[];
  business: { name: string; description: string };
  /** Of this turn. */
  toolResults: readonly ToolResult[];
  /** The lead's words, oldest first; those that are answered now apart. */
  leadTexts: readonly string[];
  newLeadTexts: readonly string[];
  /** What our side said earlier, and the summary: a time that stands there may be said again. */
  saidBefore: readonly string[];
  /** BCP 47: what Brain takes the lead's language for. */
  language: string;
  now: Date;
  timeZone: string;
  stage: Stage;
  cause: TurnCause;
  /** Our own instructions, which no lead may read. */
  instructions: readonly string[];
}

/** A fact or an offer as words, with what it is about. */
export interface GroundText {
  text: string;
  isPrice: boolean;
  /** A price or a CTA stands for itself: "free" is said of this one, not of all. */
  source: string;
}

/** Everything the organization has written down: facts, those a tool looked up, and CTAs. */
export function groundTexts({ facts, ctas, toolResults }: Grounds): readonly GroundText[] {
  const found = toolResults.flatMap((result) =>
    result.tool === "look_up_fact" ? result.facts : [],
  );
  return [
    ...[...facts, ...found].map(({ id, kind, topic, text }) => ({
      text: `${topic}: ${text}`,
      isPrice: kind === "price",
      source: id,
    })),
    ...ctas.map(({ id, name, description }) => ({
      text: `${name}: ${description}`,
      isPrice: false,
      source: id,
    })),
  ];
}
