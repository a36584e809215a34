import type { LlmCall } from "../../funnel/turn.ts";
import type { Db } from "../client.ts";
import { RAISE } from "./alerts.ts";
import { BUDGET_LIMITS, usdText } from "./llm-budget.ts";
import { COST, PRICE } from "./llm-price.ts";
import { type LlmCallSubject, type LlmRecord, RECORD_COLUMNS, recordOf } from "./llm-record.ts";
import { addConversationUsage, addUsage } from "./llm-usage.ts";

/** Share of a budget at which its people are warned. */
const LOW_AT = 0.8;

/**
 * Stores one model attempt, prices it, adds it to the sums and settles its reservation, in one
 * statement. Recorded twice it counts once.
 */
export async function recordLlmCall(
  db: Db,
  subject: LlmCallSubject,
  call: LlmCall,
): Promise<{ costUsd: number | null }> {
  return await store(db, recordOf(subject, call));
}

/** Reservations whose call nobody has heard of since: their process died. Answers how many there were. */
export async function settleLostCalls(db: Db): Promise<number> {
  const lost = await db.rows<{ record: LlmRecord }>`
    select record from llm_reservations where expires_at < now() order by expires_at limit 100`;
  for (const { record } of lost) await store(db, record);
  return lost.length;
}

/**
 * What the budget is charged: the cost; where nobody knows it, all that was held back, unless nothing
 * can have been billed.
 */
const CHARGE = `coalesce(k.cost, case when k.usage_source = 'none' then 0 else h.usd end)`;

/** Settled budgets that have just come to the share at which people are warned, as alerts. */
const NEWLY_LOW = `select s.organization_id, gen_random_uuid() as id, null::uuid as integration_id,
    'budget_low' as kind, 'warning' as severity,
    ${usdText("l.spent")} || ' of the model''s ' || l.period || ' budget of ' || ${usdText("l.budget")}
      || ' is spent. Once nothing is left, the bot says the holding line and calls people.' as text,
    concat_ws('/', 'budget_low', l.period, l.since, l.budget) as digest
  from settled s join organizations o on o.id = s.organization_id
  cross join lateral (${BUDGET_LIMITS("s")}) l
  where l.spent >= l.budget * ${LOW_AT} and l.spent - s.charge < l.budget * ${LOW_AT}`;

async function store(db: Db, record: LlmRecord): Promise<{ costUsd: number | null }> {
  const sql = db.fragment;
  const row = await db.first<{ cost: string | null }>`
    with given as (
      select * from jsonb_to_record(${db.json(record)}) as x(${sql(RECORD_COLUMNS)})
    ), held as (
      delete from llm_reservations h using given k
      where h.organization_id = k.organization_id and h.id = k.id
      returning h.*
    ), k as (
      insert into llm_calls (organization_id, id, conversation_id, lead_id, turn_id, message_id,
        stage, step, attempt, provider, request_model, response_model, response_id, service_tier,
        prompt_name, prompt_version, prompt_hash, input_tokens, cached_tokens, cache_write_tokens,
        output_tokens, reasoning_tokens, audio_tokens, audio_seconds, usage_source, started_at,
        latency_ms, first_token_ms, finish_reason, outcome, error_class, disposition, cost, price_id)
      select k.organization_id, k.id, k.conversation_id, k.lead_id, k.turn_id, k.message_id,
        (select c.stage from conversations c
          where c.organization_id = k.organization_id and c.id = k.conversation_id),
        k.step, k.attempt, k.provider, k.request_model, k.response_model, k.response_id,
        k.service_tier, k.prompt_name, k.prompt_version, k.prompt_hash, k.input_tokens,
        k.cached_tokens, k.cache_write_tokens, k.output_tokens, k.reasoning_tokens, k.audio_tokens,
        k.audio_seconds, k.usage_source, k.started_at, k.latency_ms, k.first_token_ms,
        k.finish_reason, k.outcome, k.error_class, k.disposition,
        case k.usage_source when 'estimated' then h.worst_usd else ${sql(COST)} end, p.id
      from given k left join held h on h.id = k.id left join lateral (${sql(PRICE)}) p on true
      on conflict do nothing
      returning *
    ), settled as (
      update llm_budgets b set
        day_reserved = b.day_reserved - case when b.day = h.day then h.usd else 0 end,
        day_spent = b.day_spent + case when b.day = h.day then ${sql(CHARGE)} else 0 end,
        month_reserved = b.month_reserved - case when b.month = h.month then h.usd else 0 end,
        month_spent = b.month_spent + case when b.month = h.month then ${sql(CHARGE)} else 0 end
      from held h join k on k.id = h.id
      where b.organization_id = h.organization_id
      returning b.*, ${sql(CHARGE)} as charge
    ), summed as (
      ${sql(addUsage("k"))}
    ), summed_by_conversation as (
      ${sql(addConversationUsage("k"))}
    ), found as (
      ${sql(NEWLY_LOW)}
    ), ${sql(RAISE)}
    select cost from k`;
  const cost = row?.cost ?? null;
  return { costUsd: cost === null ? null : Number(cost) };
}
