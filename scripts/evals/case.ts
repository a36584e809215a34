import { type Static, type TLiteral, Type } from "@sinclair/typebox";
import { authors, intents, sentiments, stages } from "../../src/funnel/lead.ts";
import { attentionReasons, brainActions, turnCauses } from "../../src/funnel/turn.ts";

const closed = { additionalProperties: false } as const;
const oneOf = <const Value extends string>(values: readonly Value[]) =>
  Type.Union(values.map((value): TLiteral<Value> => Type.Literal(value)));
const some = <const Value extends string>(values: readonly Value[]) =>
  Type.Array(oneOf(values), { minItems: 1, uniqueItems: true });
const words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });
const name = Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 80 });

/** A message of the chat; a bare string is a new text of the lead. */
const Said = Type.Union([
  Type.String(),
  Type.Object(
    {
      from: oneOf(authors),
      text: Type.String(),
      kind: Type.Optional(Type.String()),
      quoted: Type.Optional(Type.String()),
      heard: Type.Optional(oneOf(["clear", "unclear"])),
      /** Whether it waits for an answer. False unless said. */
      isNew: Type.Optional(Type.Boolean()),
      minutesAgo: Type.Optional(Type.Integer({ minimum: 0 })),
    },
    closed,
  ),
]);

const Calendar = Type.Object(
  {
    /** Key of the CTA that has it. */
    cta: Type.String(),
    /** Of the time that the lead agrees to. */
    outcome: oneOf(["booked", "taken", "closed_then", "unclear_time"]),
    /** ISO 8601 with offset. */
    startsAt: Type.Optional(Type.String()),
    freeTimes: Type.Optional(words),
  },
  closed,
);

const Given = Type.Object(
  {
    business: name,
    stage: oneOf(stages),
    intent: Type.Optional(oneOf(intents)),
    sentiment: Type.Optional(oneOf(sentiments)),
    leadName: Type.Optional(Type.String()),
    summary: Type.Optional(Type.String()),
    messages: Type.Array(Said, { minItems: 1 }),
    cause: Type.Optional(oneOf(turnCauses)),
    followUpStep: Type.Optional(Type.Integer({ minimum: 1 })),
    followUpHint: Type.Optional(Type.String()),
    earlierReplyInDoubt: Type.Optional(Type.Boolean()),
    /** What the business's calendar answers; without one, people settle the time. */
    calendar: Type.Optional(Calendar),
    /** ISO 8601. */
    now: Type.Optional(Type.String()),
  },
  closed,
);

/** What a model can do instead of answering in the agreed form. */
const Odd = Type.Union([
  Type.Object({ raw: Type.String() }, closed),
  Type.Object({ refusal: Type.String() }, closed),
  Type.Object({ cutOff: Type.String() }, closed),
  Type.Object({ status: Type.Integer({ minimum: 400, maximum: 599 }) }, closed),
]);

/** Fields of Brain's answer, laid over a plain one. `ctaId` names a CTA of the business by its key. */
const BrainFields = Type.Object(
  { decides: Type.Record(Type.String(), Type.Unknown(), { minProperties: 1 }) },
  closed,
);

const Authored = Type.Object(
  {
    brain: Type.Optional(Type.Array(Type.Union([BrainFields, Odd]), { minItems: 1 })),
    mouth: Type.Optional(Type.Array(Type.Union([Type.String(), Odd]), { minItems: 1 })),
    memory: Type.Optional(Type.Array(Type.Union([Type.String(), Odd]), { minItems: 1 })),
  },
  closed,
);

export const departures = ["reply", "holding_line", "confirmation", "nothing"] as const;
/** What finally leaves: the bot's words, the business's fixed line, an opt-out's confirmation. */
export type Departure = (typeof departures)[number];

/** What must hold. What is left out is not asked; some things are asked of every case (`judge.ts`). */
const expectations = {
  /** Where the lead may stand once our rules have disposed. */
  stage: Type.Optional(some(stages)),
  leaves: Type.Optional(some(departures)),
  action: Type.Optional(some(brainActions)),
  attention: Type.Optional(some([...attentionReasons, "none"])),
  sentiment: Type.Optional(some(sentiments)),
  riskFlags: Type.Optional(words),
  /** BCP 47, of the decision and of the reply. */
  language: Type.Optional(Type.String()),
  /** Each must stand in the reply, in any case; "a|b" is either. */
  contains: Type.Optional(words),
  /** None may stand in what leaves, in any case. */
  lacks: Type.Optional(words),
  maxChars: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Key of the CTA, or null for none. */
  books: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  /** The same instant if both are ISO 8601, else words that the booked time contains. */
  bookingTime: Type.Optional(Type.String()),
  /** Least and most minutes until the next follow-up; null for none. */
  followUpMinutes: Type.Optional(
    Type.Union([Type.Tuple([Type.Number(), Type.Number()]), Type.Null()]),
  ),
  /** What the stop words say: "stop:es", "start:en"; null for no match. */
  optOut: Type.Optional(
    Type.Union([Type.String({ pattern: "^(stop|start):[a-z]+$" }), Type.Null()]),
  ),
  /** Each draft of Mouth in turn. One clean draft unless said. */
  drafts: Type.Optional(Type.Array(oneOf(["clean", "blocked"]))),
  /** Part of the reason of the first block. */
  blockedFor: Type.Optional(Type.String()),
  maxTokens: Type.Optional(Type.Integer({ minimum: 1 })),
  maxCostUsd: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /** Asked of live runs alone. */
  maxLatencyMs: Type.Optional(Type.Integer({ minimum: 1 })),
};
const Expectation = Type.Object(expectations, closed);
export type Expectation = Static<typeof Expectation>;

export const EvalCase = Type.Object(
  {
    id: name,
    /** The mistake that this case would catch. */
    catches: Type.String({ minLength: 8, maxLength: 160 }),
    /** Live, safety has to hold in every run, style in most of them. */
    severity: oneOf(["safety", "style"]),
    /** `memory` asks for a summary instead of a turn. */
    step: Type.Optional(Type.Literal("memory")),
    /** True where the simulator's rules are able to answer as they should. */
    simulator: Type.Optional(Type.Boolean()),
    given: Given,
    authored: Type.Optional(Authored),
    /** Whatever model answers. */
    expect: Expectation,
    /** Of the authored answers only, over `expect`: what our code makes of a bad one, for example. */
    offline: Type.Optional(Expectation),
  },
  closed,
);
type EvalCaseFields = Static<typeof EvalCase>;

/** One file: the cases of one equivalence class. */
export const CaseFile = Type.Object(
  { title: Type.String(), about: Type.String(), cases: Type.Array(EvalCase, { minItems: 1 }) },
  closed,
);

export interface EvalCase extends EvalCaseFields {
  /** Name of its file. */
  group: string;
}

export type AuthoredAnswer = NonNullable<
  NonNullable<EvalCaseFields["authored"]>["brain" | "mouth" | "memory"]
>[number];
