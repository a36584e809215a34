import { t } from "elysia";
import { turnCauses, turnDispositions } from "../../funnel/turn.ts";
import { Id, Instant, pageOfRows, paging } from "../../http/plugins/fields.ts";

const CostUsd = t.Nullable(
  t.String({
    description: "USD, exact decimal, of the calls with a known cost; null: none has one.",
    examples: ["0.001234"],
  }),
);

const turn = {
  id: Id,
  conversationId: Id,
  cause: t.UnionEnum([...turnCauses], { description: "What made the bot think." }),
  attempt: t.Integer({ description: "Which try this was, from 1." }),
  outcome: t.Nullable(t.UnionEnum([...turnDispositions]), {
    description: "How it ended; null: it is at it, or its worker died.",
  }),
  startedAt: Instant,
  finishedAt: t.Nullable(Instant),
  calls: t.Integer({ description: "Model calls, every attempt; replays are not counted." }),
  unpricedCalls: t.Integer({ description: "Of them, those of unknown cost." }),
  costUsd: CostUsd,
};

export const TurnSummary = t.Object(
  { ...turn, ending: t.String({ description: "How it ended, in words." }) },
  { title: "TurnSummary" },
);
export type TurnSummary = typeof TurnSummary.static;

export const TurnPage = pageOfRows(TurnSummary);

export const TurnsQuery = t.Object(paging(25));
export type TurnsQuery = typeof TurnsQuery.static;

/** Grows with what turns know: fields that are not named here are told as well. */
const open = { additionalProperties: true };

const Saw = t.Object(
  {
    now: Instant,
    business: t.Object({ name: t.String(), policy: t.String() }, open),
    facts: t.Array(t.Object({ id: t.String(), topic: t.String(), text: t.String() }, open)),
    ctas: t.Array(t.Object({ id: t.String(), name: t.String() }, open)),
    lead: t.Object({ name: t.Nullable(t.String()), stage: t.String() }, open),
    summary: t.Nullable(t.String()),
    messages: t.Array(
      t.Object(
        {
          seq: t.Integer(),
          author: t.String(),
          text: t.String({ description: "Cut to 1,000 characters." }),
          isNew: t.Boolean({ description: "To be answered by this turn." }),
          sentAt: Instant,
        },
        open,
      ),
    ),
  },
  { ...open, title: "TurnSaw" },
);

const Decision = t.Object(
  {
    situation: t.String(),
    intent: t.String(),
    sentiment: t.String(),
    stage: t.String({ description: "The stage it proposed." }),
    action: t.String(),
    shouldRespond: t.Boolean(),
    confidence: t.Number(),
    needsHuman: t.Boolean(),
    language: t.String(),
  },
  { ...open, title: "TurnDecision" },
);

const Ruling = t.Object(
  {
    rule: t.String({ examples: ["cta"] }),
    proposed: t.Nullable(t.String({ description: "Null: the rule acted by itself." })),
    taken: t.Boolean(),
    why: t.String({ examples: ["no_consent"] }),
  },
  { title: "TurnRuling" },
);

const Check = t.Object(
  {
    draft: t.Integer({ description: "1: the first draft; 2: the rewrite." }),
    gate: t.String({ examples: ["amount"] }),
    ok: t.Boolean(),
    findings: t.Array(t.Object({ text: t.String(), reason: t.String() })),
  },
  { title: "TurnCheck" },
);

const count = t.Nullable(t.Integer(), { description: "Null: the provider did not say." });

const TurnCall = t.Object(
  {
    id: Id,
    step: t.String({ examples: ["brain"] }),
    attempt: t.Integer(),
    model: t.String({ description: "That answered, or was asked if none answered." }),
    promptVersion: t.String({ examples: ["4", "own-3"] }),
    promptHash: t.String(),
    inputTokens: count,
    cachedTokens: count,
    outputTokens: count,
    reasoningTokens: count,
    latencyMs: t.Integer(),
    outcome: t.String({ examples: ["ok"] }),
    errorClass: t.Nullable(t.String()),
    costUsd: t.Nullable(t.String({ description: "USD, exact decimal; null: unknown." })),
    asked: t.Nullable(t.String(), {
      description: "What it was asked beyond the first request, such as to write it again.",
    }),
    answer: t.Unknown({ description: "What it answered; null: nothing, or not kept any more." }),
  },
  { title: "TurnCall" },
);

export const Turn = t.Object(
  {
    ...turn,
    words: t.Array(t.String(), { description: "What happened and why, for people, in order." }),
    saw: t.Nullable(Saw, {
      description: "What it knew; null: it did not think, or that is not kept any more (30 days).",
    }),
    decision: t.Nullable(Decision, { description: "What Brain decided, before the rules." }),
    draft: t.Nullable(t.String({ description: "What Mouth wrote, or the line said instead." })),
    gate: t.Nullable(t.String({ description: "Why a gate stopped the draft." })),
    rulings: t.Array(Ruling, {
      description: "What the funnel's rules made of what the model proposed.",
    }),
    checks: t.Array(Check, { description: "What each gate said of each draft. Kept for 30 days." }),
    toolResults: t.Array(t.Object({ tool: t.String({ examples: ["book"] }) }, open), {
      description: "What our own systems answered before the words were written.",
    }),
    stageMove: t.Nullable(t.Object({ from: t.String(), to: t.String() })),
    error: t.Nullable(t.String()),
    message: t.Nullable(t.Object({ id: Id, state: t.String() }), {
      description: "What it wrote to the lead.",
    }),
    callsMade: t.Array(TurnCall, { description: "In the order in which they were made." }),
  },
  {
    title: "Turn",
    description:
      "One thinking of the bot. Phone numbers, addresses, cards and secrets read `[phone]`, `[email]`, `[card]`, `[iban]`, `[secret]`.",
  },
);
export type Turn = typeof Turn.static;

export const ReplayBody = t.Object({
  promptVersionId: t.Nullable(Id, {
    description: "A version of brain or mouth, in any state; null: the built-in versions.",
  }),
});
export type ReplayBody = typeof ReplayBody.static;

const side = {
  outcome: t.String({ examples: ["replied"] }),
  decision: t.Nullable(Decision),
  text: t.Nullable(t.String({ description: "Redacted, as what is kept of a turn." })),
  versions: t.Record(t.String(), t.String(), {
    description: "By step, which prompt version was used.",
    examples: [{ brain: "3", mouth: "own-2" }],
  }),
  costUsd: CostUsd,
};

export const Replay = t.Object(
  {
    turnId: Id,
    conversationId: Id,
    recorded: t.Object(side),
    replayed: t.Object({
      ...side,
      why: t.Nullable(t.String({ description: "Why nothing would be sent." })),
    }),
    differences: t.Array(
      t.Object({ field: t.String(), recorded: t.Unknown(), replayed: t.Unknown() }),
      { description: "Fields of the decision that differ." },
    ),
    textDiff: t.Array(
      t.Object({ op: t.UnionEnum(["same", "removed", "added"]), text: t.String() }),
      { description: "From the recorded text to the replayed one, line by line." },
    ),
    costDeltaUsd: t.Nullable(
      t.String({ description: "What the replay cost more, USD, exact decimal; null: unknown." }),
    ),
    missing: t.Array(t.String(), { description: "What could not be rebuilt as it was." }),
  },
  { title: "Replay", description: "The same turn thought again. Nothing was sent or changed." },
);
export type Replay = typeof Replay.static;
