import type { TInteger, TObject } from "@sinclair/typebox";
import { t } from "elysia";
import { authors, intents, leadSources, sentiments, stages } from "../../funnel/lead.ts";
import { bucketFields, ReportPeriod } from "../period.ts";

const Count = t.Integer({ minimum: 0 });

/** Holds because every name is given the one schema. */
function countsBy<const Name extends string>(names: readonly Name[], title: string) {
  const fields = Object.fromEntries(names.map((name) => [name, Count]));
  return t.Object(fields as Record<Name, TInteger>, { title }) as TObject<Record<Name, TInteger>>;
}

const StageCounts = countsBy(stages, "StageCounts");
const AuthorCounts = countsBy(authors, "AuthorCounts");
const IntentCounts = countsBy(intents, "IntentCounts");
const SentimentCounts = countsBy(sentiments, "SentimentCounts");

const Rate = t.Nullable(
  t.Number({ minimum: 0, maximum: 1, description: "Share, 0 to 1; null: of nothing." }),
);

const Usd = t.Nullable(
  t.String({
    description: "USD, exact decimal; null: nothing is known.",
    examples: ["0.001234"],
  }),
);

const Milliseconds = t.Nullable(t.Integer({ description: "Null: there was none." }));

export const FunnelReport = t.Object(
  {
    period: ReportPeriod,
    created: t.Integer({ description: "Conversations that were created in the period." }),
    stages: t.Array(
      t.Object({
        stage: t.UnionEnum(stages),
        now: t.Integer({ description: "Of them, those that are in the stage today." }),
        reached: t.Integer({ description: "Those that are or ever were in it." }),
        reachedRate: Rate,
      }),
    ),
    moves: t.Array(
      t.Object({
        from: t.UnionEnum(stages),
        to: t.UnionEnum(stages),
        conversations: t.Integer({ description: "Those that made this move, once or more." }),
        rate: Rate,
      }),
      { description: "Every move that was made; `rate` is of those that reached `from`." },
    ),
    cohorts: t.Array(
      t.Object({ ...bucketFields, created: Count, now: StageCounts, reached: StageCounts }),
      { description: "The same by when the conversation was created." },
    ),
  },
  { title: "FunnelReport" },
);
export type FunnelReport = typeof FunnelReport.static;

const Waits = t.Object(
  {
    count: t.Integer({ description: "Waits that ended." }),
    waiting: t.Integer({ description: "Waits that have not." }),
    averageMs: Milliseconds,
    p50Ms: Milliseconds,
    p90Ms: Milliseconds,
  },
  { title: "Waits", description: "Times are of the waits that ended." },
);
export type Waits = typeof Waits.static;

export const ResponseTimes = t.Object(
  { period: ReportPeriod, firstReply: Waits, humanClaim: Waits },
  { title: "ResponseTimes" },
);
export type ResponseTimes = typeof ResponseTimes.static;

export const MixReport = t.Object(
  {
    period: ReportPeriod,
    now: t.Object({ conversations: Count, intent: IntentCounts, sentiment: SentimentCounts }),
    series: t.Array(
      t.Object({
        ...bucketFields,
        decisions: Count,
        intent: IntentCounts,
        sentiment: SentimentCounts,
      }),
    ),
  },
  { title: "MixReport" },
);
export type MixReport = typeof MixReport.static;

export const ActivityReport = t.Object(
  {
    period: ReportPeriod,
    messages: AuthorCounts,
    activeLeads: t.Integer({ description: "Different leads that wrote in the period." }),
    series: t.Array(
      t.Object({
        ...bucketFields,
        messages: AuthorCounts,
        activeLeads: t.Integer({ description: "Different leads that wrote in the bucket." }),
      }),
    ),
    hours: t.Array(
      t.Object({
        weekday: t.Integer({ minimum: 1, maximum: 7, description: "1 is Monday." }),
        hour: t.Integer({ minimum: 0, maximum: 23, description: "By the clock there." }),
        messages: AuthorCounts,
      }),
      { description: "All 168 hours of the week." },
    ),
  },
  { title: "ActivityReport" },
);
export type ActivityReport = typeof ActivityReport.static;

const gains = {
  leads: Count,
  won: t.Integer({ description: "Leads with a conversation that moved to `closed` since." }),
  wonRate: Rate,
  costUsd: Usd,
  costPerLeadUsd: Usd,
  costPerWonUsd: Usd,
  unpricedCalls: t.Integer({ description: "Model calls that are missing in the cost." }),
  feeUsd: t.Nullable(
    t.String({
      description: "WhatsApp's fees of our messages to them so far; null: none is known.",
    }),
  ),
  unpricedMessages: t.Integer({ description: "Messages of ours whose fee is unknown." }),
};

export const SourcesReport = t.Object(
  {
    period: ReportPeriod,
    sources: t.Array(t.Object({ source: t.UnionEnum(leadSources), ...gains })),
    ads: t.Array(
      t.Object({
        sourceId: t.String(),
        sourceType: t.Nullable(t.String({ description: "`ad` or `post`, as WhatsApp says." })),
        headline: t.Nullable(t.String()),
        ...gains,
      }),
      { maxItems: 100, description: "The 100 that brought most leads." },
    ),
  },
  { title: "SourcesReport" },
);
export type SourcesReport = typeof SourcesReport.static;

const nudges = {
  sent: t.Integer({ description: "Nudges that WhatsApp took." }),
  answered: t.Integer({ description: "The next message after it was the lead's." }),
  moved: t.Integer({ description: "Answered, then a stage other than `lost` or `ghosted`." }),
  won: t.Integer({ description: "Answered, then `closed`." }),
  answeredRate: Rate,
};

export const FollowUpsReport = t.Object(
  {
    period: ReportPeriod,
    total: t.Object(nudges),
    steps: t.Array(
      t.Object({
        step: t.Integer({ minimum: 1, description: "1 is the first since the lead wrote." }),
        ...nudges,
      }),
      { maxItems: 50 },
    ),
  },
  { title: "FollowUpsReport" },
);
export type FollowUpsReport = typeof FollowUpsReport.static;

const shares = t.Object({
  count: Count,
  averageUsd: t.Nullable(
    t.String({ description: "The total by the count, to 12 digits; null: of nothing." }),
  ),
  averageFeeUsd: t.Nullable(
    t.String({ description: "WhatsApp's known fees by the same count, to 12 digits." }),
  ),
});

export const CostsReport = t.Object(
  {
    period: ReportPeriod,
    calls: Count,
    unpricedCalls: t.Integer({ description: "Calls that are missing in the cost." }),
    costUsd: Usd,
    fees: t.Object(
      {
        messages: t.Integer({ description: "Messages of ours that WhatsApp took." }),
        unpricedMessages: t.Integer({ description: "Of them, those whose fee is unknown." }),
        feeUsd: Usd,
      },
      { description: "WhatsApp's, of messages written in the period." },
    ),
    perLead: shares,
    perConversation: shares,
    perWonDeal: shares,
    stages: t.Array(
      t.Object({
        stage: t.UnionEnum(stages),
        calls: Count,
        unpricedCalls: Count,
        costUsd: Usd,
        messages: t.Integer({ description: "Messages of ours that WhatsApp took." }),
        unpricedMessages: Count,
        feeUsd: Usd,
      }),
    ),
  },
  { title: "CostsReport" },
);
export type CostsReport = typeof CostsReport.static;

const Figures = t.Object(
  {
    period: ReportPeriod,
    newLeads: Count,
    activeConversations: t.Integer({ description: "Those in which the lead wrote." }),
    won: t.Integer({ description: "Conversations that moved to `closed`." }),
    firstReplyP50Ms: Milliseconds,
    costUsd: Usd,
    unpricedCalls: Count,
  },
  { title: "Figures" },
);
export type Figures = typeof Figures.static;

export const Overview = t.Object(
  {
    waitingForPerson: t.Integer({
      description: "Conversations that call for attention right now, whatever the period.",
    }),
    current: Figures,
    previous: Figures,
  },
  { title: "Overview" },
);
export type Overview = typeof Overview.static;

/** How many rows there are of each name; 0 where none. Holds because every name is filled in. */
export function tally<const Name extends string>(
  names: readonly Name[],
  rows: readonly { name: string; count: number }[],
): Record<Name, number> {
  const counts = names.map((name) => {
    const own = rows.filter((row) => row.name === name);
    return [name, own.reduce((sum, { count }) => sum + count, 0)] as const;
  });
  return Object.fromEntries(counts) as Record<Name, number>;
}

export function rateOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
