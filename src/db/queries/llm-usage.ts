import type { Db } from "../client.ts";

/** What is summed up over calls `k`, by the column that keeps it. */
const SUMS: Readonly<Record<string, string>> = {
  calls: "count(*)",
  unmetered_calls: "count(*) filter (where k.input_tokens is null)",
  unpriced_calls: "count(*) - count(k.cost)",
  estimated_calls: "count(*) filter (where k.usage_source = 'estimated')",
  input_tokens: "coalesce(sum(k.input_tokens), 0)",
  cached_tokens: "coalesce(sum(k.cached_tokens), 0)",
  cache_write_tokens: "coalesce(sum(k.cache_write_tokens), 0)",
  output_tokens: "coalesce(sum(k.output_tokens), 0)",
  reasoning_tokens: "coalesce(sum(k.reasoning_tokens), 0)",
  audio_tokens: "coalesce(sum(k.audio_tokens), 0)",
  cost: "coalesce(sum(k.cost), 0)",
};
const columns = Object.keys(SUMS);

/** The sums over calls `k` as columns of `llm_usage`. Static SQL. */
export const SUMS_OF_CALLS = columns.map((column) => `${SUMS[column]} as ${column}`).join(", ");

/** Begins with one of these in every time zone: no zone's days begin between two quarters of an hour. */
const QUARTER = `date_bin('15 minutes', k.created_at, timestamptz '2000-01-01 00:00:00+00')`;

/** What `llm_usage` tells an organization's calls `k` apart by. Static SQL. */
export const USAGE_KEY = `${QUARTER} as quarter_at, k.step,
  coalesce(k.response_model, k.request_model) as model, coalesce(k.stage, '') as stage`;

const added = (table: string) =>
  columns.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(", ");

/** Adds the calls `k` of `source` to the sums by time, step, model and stage. Static SQL. */
export const addUsage = (source: string) => `
  insert into llm_usage as u (organization_id, quarter_at, step, model, stage, ${columns.join(", ")})
  select k.organization_id, ${USAGE_KEY}, ${SUMS_OF_CALLS} from ${source} group by 1, 2, 3, 4, 5
  order by 1, 2, 3, 4, 5
  on conflict (organization_id, quarter_at, step, model, stage) do update set ${added("u")}`;

/** Adds them to the sums by conversation. Static SQL. */
export const addConversationUsage = (source: string) => `
  insert into llm_usage_conversations as u (organization_id, conversation_id, ${columns.join(", ")})
  select k.organization_id, k.conversation_id, ${SUMS_OF_CALLS} from ${source} group by 1, 2
  order by 1, 2
  on conflict (organization_id, conversation_id) do update set ${added("u")}`;

/**
 * Makes all sums anew from the calls. Whoever stores a call meanwhile waits, so that none is counted
 * twice or not at all. Needed only where calls were written past `recordLlmCall`, as by an older version.
 */
export async function rebuildUsage(db: Pick<Db, "transaction">): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.rows`lock table llm_usage, llm_usage_conversations in exclusive mode`;
    await tx.rows`delete from llm_usage`;
    await tx.rows`delete from llm_usage_conversations`;
    await tx.rows`${tx.fragment(addUsage("llm_calls k"))}`;
    await tx.rows`${tx.fragment(addConversationUsage("llm_calls k"))}`;
  });
}
