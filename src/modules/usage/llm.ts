import { MODEL_COST, UNPRICED_CALLS } from "../../db/queries/reports.ts";
import { AppError } from "../../lib/errors.ts";
import { bucketsOf, type Interval } from "../../lib/period.ts";
import { bucketNo, type Report, shownPeriod, within } from "../period.ts";
import type { Grouping, LlmUsage, ModelUsage } from "./model.ts";

const MAX_ROWS = 5_000;

/** Static SQL over calls `k`. */
const GROUPS: Readonly<Record<Grouping, string>> = {
  model: "coalesce(k.response_model, k.request_model)",
  step: "k.step",
  outcome: "k.outcome",
  disposition: "k.disposition",
};

/** `ModelUsage` of calls `k`, static SQL. */
export const MODEL_USAGE = `count(*) as calls,
  count(*) filter (where k.input_tokens is null) as unmetered_calls,
  ${UNPRICED_CALLS} as unpriced_calls,
  coalesce(sum(k.input_tokens), 0) as input_tokens,
  coalesce(sum(k.cached_tokens), 0) as cached_tokens,
  coalesce(sum(k.output_tokens), 0) as output_tokens,
  coalesce(sum(k.reasoning_tokens), 0) as reasoning_tokens, (${MODEL_COST})::text as cost_usd`;

type Row = ModelUsage & { bucket: number | null; group: string | null };

/** Tokens and cost by time and group. Fails with `invalid_input` for more rows than one answer holds. */
export async function readLlmUsage(
  { db, organizationId, period }: Report,
  interval: Interval,
  groupBy: Grouping,
): Promise<LlmUsage> {
  const buckets = bucketsOf(period, interval);
  const sql = db.fragment;
  const found = await db.rows<Row>`
    select bucket, grp as "group", ${sql(MODEL_USAGE)} from (
      select k.*, ${bucketNo(db, "k.created_at", buckets)} as bucket,
        ${sql(GROUPS[groupBy])} as grp
      from llm_calls k
      where k.organization_id = ${organizationId} and ${within(db, "k.created_at", period)}) k
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

const NOTHING: Row = {
  bucket: null,
  group: null,
  calls: 0,
  unmeteredCalls: 0,
  unpricedCalls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costUsd: "0",
};
