import type { Parameter } from "../../db/client.ts";
import { SUMS_OF_CALLS } from "../../db/queries/llm-usage.ts";
import { AppError } from "../../lib/errors.ts";
import { type Bucket, bucketsOf, type Interval } from "../../lib/period.ts";
import { bucketNo, type Report, shownPeriod, within } from "../period.ts";
import type { Grouping, LlmUsage, ModelUsage } from "./model.ts";

const MAX_ROWS = 5_000;

const tokens = (column: string) => `coalesce(sum(u.${column}), 0)::int8`;

/** `ModelUsage` of sums `u`, static SQL. */
export const MODEL_USAGE = `${tokens("calls")} as calls,
  ${tokens("unmetered_calls")} as unmetered_calls, ${tokens("unpriced_calls")} as unpriced_calls,
  ${tokens("estimated_calls")} as estimated_calls, ${tokens("input_tokens")} as input_tokens,
  ${tokens("cached_tokens")} as cached_tokens, ${tokens("cache_write_tokens")} as cache_write_tokens,
  ${tokens("output_tokens")} as output_tokens, ${tokens("reasoning_tokens")} as reasoning_tokens,
  jsonb_build_object(
    'input', ${tokens("input_tokens")} - ${tokens("cached_tokens")}
      - ${tokens("cache_write_tokens")} - ${tokens("audio_tokens")},
    'cached', ${tokens("cached_tokens")}, 'cacheWrite', ${tokens("cache_write_tokens")},
    'audio', ${tokens("audio_tokens")},
    'output', ${tokens("output_tokens")} - ${tokens("reasoning_tokens")},
    'reasoning', ${tokens("reasoning_tokens")}) as buckets,
  case when sum(u.calls) > 0 and sum(u.calls) = sum(u.unpriced_calls) then null
    else trim_scale(coalesce(sum(u.cost), 0)) end::text as cost_usd`;

type Row = ModelUsage & { bucket: number | null; group: string | null };

/** Tokens and cost by time and group. Fails with `invalid_input` for more rows than one answer holds. */
export async function readLlmUsage(
  report: Report,
  interval: Interval,
  groupBy: Grouping,
): Promise<LlmUsage> {
  const { db, period } = report;
  const buckets = bucketsOf(period, interval);
  const found = await db.rows<Row>`
    select bucket, grp as "group", ${db.fragment(MODEL_USAGE)} from (${sumsOf(report, buckets, groupBy)}) u
    group by grouping sets ((bucket, grp), ())
    order by bucket nulls first, grp nulls last limit ${MAX_ROWS + 2}`;
  const [{ bucket: _, group: __, ...total } = NOTHING, ...rows] = found;
  if (rows.length > MAX_ROWS) {
    throw new AppError("invalid_input", `More than ${MAX_ROWS} rows: take a wider interval.`);
  }
  return {
    period: shownPeriod(period),
    total,
    rows: rows.flatMap(({ bucket, ...row }) => {
      const place = buckets[(bucket ?? 0) - 1];
      if (!place) return [];
      const { date, start, end } = place;
      return [{ date, start: start.toISOString(), end: end.toISOString(), ...row }];
    }),
  };
}

/** How calls are told apart: by what the sums `s` know of them, or only the calls `k` do. Static SQL. */
const GROUPS: Readonly<Record<Grouping, { source: "sums" | "calls"; column: string }>> = {
  model: { source: "sums", column: "s.model" },
  step: { source: "sums", column: "s.step" },
  stage: { source: "sums", column: "nullif(s.stage, '')" },
  outcome: { source: "calls", column: "k.outcome" },
  disposition: { source: "calls", column: "k.disposition" },
};

function sumsOf(
  { db, organizationId, period }: Report,
  buckets: readonly Bucket[],
  groupBy: Grouping,
): Parameter {
  const { source, column } = GROUPS[groupBy];
  const sql = db.fragment;
  return source === "sums"
    ? db.part`
        select s.*, ${bucketNo(db, "s.quarter_at", buckets)} as bucket, ${sql(column)} as grp
        from llm_usage s
        where s.organization_id = ${organizationId} and ${within(db, "s.quarter_at", period)}`
    : db.part`
        select ${bucketNo(db, "k.created_at", buckets)} as bucket, ${sql(column)} as grp,
          ${sql(SUMS_OF_CALLS)}
        from llm_calls k
        where k.organization_id = ${organizationId} and ${within(db, "k.created_at", period)}
        group by 1, 2`;
}

const NOTHING: Row = {
  bucket: null,
  group: null,
  calls: 0,
  unmeteredCalls: 0,
  unpricedCalls: 0,
  estimatedCalls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  buckets: { input: 0, cached: 0, cacheWrite: 0, audio: 0, output: 0, reasoning: 0 },
  costUsd: "0",
};
