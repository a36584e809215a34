import { t } from "elysia";
import { Id } from "../../http/plugins/fields.ts";
import { bucketFields, intervalField, periodFields, ReportPeriod } from "../period.ts";

const groupings = ["model", "step", "stage", "outcome", "disposition"] as const;
export type Grouping = (typeof groupings)[number];

export const LlmUsageQuery = t.Object({
  ...periodFields,
  interval: intervalField,
  groupBy: t.Optional(
    t.UnionEnum(groupings, {
      description:
        "What rows are told apart by: the model that answered (or was asked, if none answered), the step, the conversation's stage at the call, the call's outcome, or how its turn ended (`replied` was sent; `model_failed`, `out_of_budget` and `buried` were handed to a person; `replay` sends nothing). Without it: `model`.",
    }),
  ),
});
export type LlmUsageQuery = typeof LlmUsageQuery.static;

const Tokens = (description: string) => t.Integer({ minimum: 0, description });

const usage = {
  calls: t.Integer({ description: "Attempts, whatever became of them." }),
  unmeteredCalls: t.Integer({
    description: "Of them, those without token counts, as after a timeout.",
  }),
  unpricedCalls: t.Integer({
    description: "Of them, those of unknown cost: no counts, or a model without a price.",
  }),
  estimatedCalls: t.Integer({
    description:
      "Of them, those of which nobody told what they used although it may have been billed, as after a timeout. They cost all that they can have.",
  }),
  inputTokens: Tokens("All that was read, cached ones included."),
  cachedTokens: Tokens("The part of `inputTokens` that came from the provider's cache."),
  cacheWriteTokens: Tokens("The part of `inputTokens` that was written to that cache."),
  outputTokens: Tokens("All that was written, reasoning included."),
  reasoningTokens: Tokens("The part of `outputTokens` that was reasoning."),
  buckets: t.Object(
    {
      input: Tokens("Read anew."),
      cached: Tokens("Read from the cache."),
      cacheWrite: Tokens("Read anew and written to the cache."),
      audio: Tokens("Heard."),
      output: Tokens("Written for the answer."),
      reasoning: Tokens("Written before it."),
    },
    { description: "The same tokens, each in one bucket alone: these may be added." },
  ),
  costUsd: t.Nullable(
    t.String({
      description: "USD, exact decimal, of the calls with a known cost; null: none has one.",
      examples: ["0.001234"],
    }),
  ),
};

export const ModelUsage = t.Object(usage, { title: "ModelUsage" });
export type ModelUsage = typeof ModelUsage.static;

export const LlmUsage = t.Object(
  {
    period: ReportPeriod,
    total: ModelUsage,
    rows: t.Array(
      t.Object({
        ...bucketFields,
        group: t.Nullable(
          t.String({ description: "Null: a call of no turn, or of one that never ended." }),
        ),
        ...usage,
      }),
      { maxItems: 5_000, description: "Of buckets and groups with calls, oldest first." },
    ),
  },
  { title: "LlmUsage" },
);
export type LlmUsage = typeof LlmUsage.static;

const Usd = t.String({ description: "USD, exact decimal.", examples: ["1.25"] });
const Limit = (description: string) => t.Nullable(t.String({ description, examples: ["25"] }));

const budget = {
  from: t.String({ description: "First local day.", examples: ["2026-11-01"] }),
  limitUsd: Limit("The budget; null: none."),
  spentUsd: Usd,
  reservedUsd: t.String({
    description: "Held back for calls that run now: all that they can cost.",
    examples: ["0.01"],
  }),
  leftUsd: Limit("What a further call may cost at most; null: no limit."),
};

export const BudgetUsage = t.Object(
  {
    timeZone: t.String({ description: "Where the day and the month begin." }),
    day: t.Object(budget),
    month: t.Object({
      ...budget,
      projectedUsd: t.String({
        description: "Where the month ends if it goes on as in the last seven days.",
        examples: ["31.40"],
      }),
    }),
  },
  { title: "BudgetUsage" },
);
export type BudgetUsage = typeof BudgetUsage.static;

const FeeUsd = t.Nullable(
  t.String({
    description: "USD, exact decimal, of the messages with a known fee; null: none has one.",
    examples: ["0.0414"],
  }),
);

const fees = {
  messages: t.Integer({ description: "Messages WhatsApp reported a price category for." }),
  unpriced: t.Integer({
    description: "Of them, those whose fee is unknown: no rate for it, or not delivered yet.",
  }),
  feeUsd: FeeUsd,
};

const asReported = (description: string) => t.Nullable(t.String({ description }));

export const MessageUsage = t.Object(
  {
    period: ReportPeriod,
    total: t.Object({
      ...fees,
      unreported: t.Integer({
        description: "Messages WhatsApp took and has not reported a price category for.",
      }),
    }),
    rows: t.Array(
      t.Object({
        month: t.String({ description: "Local month.", examples: ["2026-11"] }),
        category: asReported("`service`, `utility`, `marketing` … as WhatsApp says."),
        type: asReported("`regular`, `free_customer_service`, `free_entry_point` …"),
        model: asReported("`PMP`: priced by message."),
        ...fees,
      }),
      { maxItems: 500 },
    ),
  },
  { title: "MessageUsage" },
);
export type MessageUsage = typeof MessageUsage.static;

export const LeadUsage = t.Object(
  {
    leadId: Id,
    model: ModelUsage,
    messages: t.Object({
      received: t.Integer(),
      sent: t.Integer({ description: "Those that WhatsApp took, whoever wrote them." }),
      unpriced: t.Integer({ description: "Of those sent, the ones whose fee is unknown." }),
      feeUsd: FeeUsd,
    }),
  },
  { title: "LeadUsage" },
);
export type LeadUsage = typeof LeadUsage.static;
