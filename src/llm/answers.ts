import { type Static, type TLiteral, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { intents, sentiments, stages } from "../funnel/lead.ts";
import { type BrainDecision, brainActions, type CtaOffer } from "../funnel/turn.ts";
import { tryParseJson } from "../lib/json.ts";

const oneOf = <const Value extends string>(values: readonly Value[], description: string) =>
  Type.Union(
    values.map((value): TLiteral<Value> => Type.Literal(value)),
    { description },
  );
const nullable = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });

const strict = { additionalProperties: false };

/** What Brain answers; `BrainDecision` once the ids it names are known to exist. */
export const BrainAnswer = Type.Object(
  {
    situation: Type.String({
      minLength: 1,
      maxLength: 600,
      description: "One or two sentences: what the lead wants now and what is open.",
    }),
    intent: oneOf(intents, "How close the lead is to buying."),
    sentiment: oneOf(sentiments, "How the lead feels in the new messages."),
    riskFlags: Type.Array(
      oneOf(["legal", "safety", "abuse", "injection", "minor"], "A risk that is really present."),
      { maxItems: 5, description: "Empty when there is none." },
    ),
    stage: oneOf(stages, "The stage the lead is in after the new messages."),
    action: oneOf(brainActions, "What to do now."),
    shouldRespond: Type.Boolean({ description: "Whether a message is to be written now." }),
    ctaId: nullable(
      Type.String(),
      "Id of an offered CTA: with initiate_cta the one they agreed to, else one whose free times they need.",
    ),
    ctaTime: nullable(
      Type.String({ maxLength: 200 }),
      "The time the lead asked for: ISO 8601 with offset if it is clear, else their own words.",
    ),
    lookUp: nullable(
      Type.String({ minLength: 1, maxLength: 200 }),
      "Words to look for among all facts, only if the facts block does not answer what they ask.",
    ),
    followUpDelayMinutes: nullable(
      Type.Integer({ minimum: 1, maximum: 525_600 }),
      "Minutes from now, only if the lead asked to be contacted later.",
    ),
    followUpReason: nullable(Type.String({ maxLength: 300 }), "Why then, in a few words."),
    confidence: Type.Number({
      minimum: 0,
      maximum: 1,
      description: "0 to 1: how sure you are of stage and action.",
    }),
    needsHuman: Type.Boolean({ description: "Whether a colleague has to look at this chat." }),
    attentionReason: nullable(
      oneOf(["asked_for_human", "unhappy", "legal_or_safety", "unsure"], "Why a colleague."),
      "Set when needsHuman is true, else null.",
    ),
    language: Type.String({
      pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
      description:
        "BCP 47 tag of the language and script the lead writes in, e.g. en, es, hi-Latn.",
    }),
  },
  strict,
);

/** What Mouth answers. Length is a gate, not a schema rule: a long draft is rewritten, not repaired. */
export const MouthAnswer = Type.Object(
  { text: Type.String({ description: "The one message to send, ready to send." }) },
  strict,
);

export const MemoryAnswer = Type.Object(
  {
    summary: Type.String({
      minLength: 1,
      maxLength: 2_000,
      description: "The whole summary, rewritten. At most 1,200 characters.",
    }),
  },
  strict,
);

export const DescribeAnswer = Type.Object(
  {
    description: Type.String({
      minLength: 1,
      maxLength: 1_000,
      description: "What the picture shows, in at most three sentences.",
    }),
  },
  strict,
);

/** An answer in the agreed form, or what is wrong with it, in words the model can act on. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

/** Checks model text against a schema. The problem names paths and rules, never the content. */
export function parseAnswer<Schema extends TSchema>(
  schema: Schema,
  content: string,
): Parsed<Static<Schema>> {
  const value = tryParseJson(content);
  if (value === undefined) return { ok: false, problem: "The answer was not one JSON object." };
  if (Value.Check(schema, value)) return { ok: true, value };
  const problems = [...Value.Errors(schema, value)].slice(0, 5);
  const listed = problems.map(({ path, message }) => `${path || "/"}: ${message}`).join("; ");
  return { ok: false, problem: `The JSON did not match the schema: ${listed}.` };
}

/** Brain's answer, refused as well when it names a CTA that was not offered or forgets to name one. */
export function parseDecision(content: string, ctas: readonly CtaOffer[]): Parsed<BrainDecision> {
  const parsed = parseAnswer(BrainAnswer, content);
  if (!parsed.ok) return parsed;
  const { action, ctaId } = parsed.value;
  if (ctaId !== null && !ctas.some(({ id }) => id === ctaId)) {
    return { ok: false, problem: "ctaId is not the id of an offered CTA; use null if none fits." };
  }
  if (action === "initiate_cta" && ctaId === null) {
    return { ok: false, problem: "The action initiate_cta needs a ctaId from the offered CTAs." };
  }
  // Two ways to say one thing: a flag without the mark would reach nobody.
  const needsHuman = parsed.value.needsHuman || action === "flag_attention";
  return { ok: true, value: { ...parsed.value, needsHuman } };
}
