import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { KeptAttempt } from "../../funnel/trace.ts";
import { AppError } from "../../lib/errors.ts";
import type { Turn, TurnSummary, TurnsQuery } from "./model.ts";
import { endingOf, wordsFor } from "./words.ts";

/** Fields of a turn, and what its calls come to: replays think about it, but are not of it. */
const TURN = `t.id, t.conversation_id, t.cause, t.attempt, t.disposition as outcome,
  ${utc("t.started_at")} as started_at, ${utc("t.finished_at")} as finished_at,
  k.calls, k.unpriced_calls, k.cost_usd`;

const CALLS = `cross join lateral (
  select count(*) as calls, count(*) filter (where c.cost is null) as unpriced_calls,
    trim_scale(sum(c.cost))::text as cost_usd
  from llm_calls c where c.organization_id = t.organization_id and c.turn_id = t.id
    and c.disposition is distinct from 'replay') k`;

const sorts = { startedAt: { sql: "t.started_at", type: "timestamptz" } } as const;

/** One page of a chat's turns, newest first. Fails with `not_found` and `invalid_input`. */
export async function listTurns(
  db: Db,
  organizationId: string,
  conversationId: string,
  { limit = 25, cursor }: TurnsQuery,
): Promise<{ data: TurnSummary[]; nextCursor: string | null }> {
  const { after, order, position } = keyset(db, { sorts, sort: "-startedAt", id: "t.id", cursor });
  const chat = await db.first`
    select 1 from conversations where organization_id = ${organizationId} and id = ${conversationId}`;
  if (!chat) {
    throw new AppError("not_found", "There is no such conversation.", { id: conversationId });
  }
  const rows = await db.rows<Omit<TurnSummary, "ending"> & { position: string }>`
    select ${db.fragment(TURN)}, ${position} as position
    from turns t ${db.fragment(CALLS)}
    where t.organization_id = ${organizationId} and t.conversation_id = ${conversationId}
      and ${after}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map((turn) => ({ ...turn, ending: endingOf(turn) })), nextCursor };
}

type Call = Omit<Turn["callsMade"][number], "asked" | "answer">;

type Row = Omit<Turn, "words" | "callsMade"> & {
  callsMade: Call[];
  attempts: KeptAttempt[] | null;
};

/** Fails with `not_found`. */
export async function getTurn(db: Db, organizationId: string, id: string): Promise<Turn> {
  const row = await db.first<Row>`
    select ${db.fragment(TURN)}, t.decision, t.draft, t.gate, t.error, x.seen as saw, x.attempts,
      coalesce(t.rulings, '[]') as rulings, coalesce(x.checks, '[]') as checks,
      coalesce(x.tool_results, '[]') as tool_results,
      (select jsonb_build_object('from', s.from_stage, 'to', s.to_stage) from stage_changes s
        where s.organization_id = t.organization_id and s.conversation_id = t.conversation_id
          and s.turn_id = t.id limit 1) as stage_move,
      (select jsonb_build_object('id', m.id, 'state', m.state) from messages m
        where m.organization_id = t.organization_id and m.conversation_id = t.conversation_id
          and m.turn_id = t.id limit 1) as message,
      (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'step', c.step,
          'attempt', c.attempt, 'model', coalesce(c.response_model, c.request_model),
          'promptVersion', c.prompt_version, 'promptHash', c.prompt_hash,
          'inputTokens', c.input_tokens, 'cachedTokens', c.cached_tokens,
          'outputTokens', c.output_tokens, 'reasoningTokens', c.reasoning_tokens,
          'latencyMs', c.latency_ms, 'outcome', c.outcome, 'errorClass', c.error_class,
          'costUsd', trim_scale(c.cost)::text) order by c.started_at, c.id), '[]'::jsonb)
        from llm_calls c where c.organization_id = t.organization_id and c.turn_id = t.id
          and c.disposition is distinct from 'replay') as calls_made
    from turns t ${db.fragment(CALLS)}
    left join turn_traces x on x.organization_id = t.organization_id and x.turn_id = t.id
    where t.organization_id = ${organizationId} and t.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such turn.", { id });
  const { attempts, callsMade, ...rest } = row;
  const turn = { ...rest, callsMade: callsMade.map((call) => withAnswer(call, attempts ?? [])) };
  return { ...turn, words: wordsFor(turn) };
}

function withAnswer(call: Call, attempts: readonly KeptAttempt[]): Turn["callsMade"][number] {
  const kept = attempts.find(({ step, attempt }) => step === call.step && attempt === call.attempt);
  return { ...call, asked: kept?.asked ?? null, answer: kept?.answer ?? null };
}
