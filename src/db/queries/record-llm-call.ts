import type { LlmCall } from "../../funnel/turn.ts";
import type { Db } from "../client.ts";

export interface LlmCallSubject {
  organizationId: string;
  conversationId: string;
  leadId: string;
  /** Null for what belongs to no turn: summaries, transcripts, descriptions. */
  turnId: string | null;
  /** Set where nothing is ever sent, whatever comes of it. */
  disposition?: "replay";
}

/**
 * Stores one model attempt and prices it in the same statement, in exact decimals:
 * (input − cached − audio) · p_input + cached · p_cached + audio · p_audio + output · p_output, per million
 * tokens, or minutes · p_minute for what is billed by its length; reasoning is part of output. A model without a dated price, or a call without usage, costs null.
 */
export async function recordLlmCall(
  db: Db,
  subject: LlmCallSubject,
  call: LlmCall,
): Promise<{ costUsd: number | null }> {
  const row = await db.first<{ cost: string | null }>`
    insert into llm_calls (organization_id, id, conversation_id, lead_id, turn_id, step, attempt,
      provider, request_model, response_model, response_id, prompt_name, prompt_version,
      prompt_hash, input_tokens, cached_tokens, output_tokens, reasoning_tokens, audio_tokens,
      audio_seconds, started_at,
      latency_ms, finish_reason, outcome, error_class, disposition, cost, price_id)
    select ${subject.organizationId}, ${call.id}, ${subject.conversationId}, ${subject.leadId},
      ${subject.turnId}, ${call.step}, ${call.attempt}::smallint, ${call.provider},
      ${call.requestModel}, ${call.responseModel}, ${call.responseId}, ${call.promptName},
      ${call.promptVersion}, ${call.promptHash}, ${call.inputTokens}::int,
      ${call.cachedTokens}::int, ${call.outputTokens}::int, ${call.reasoningTokens}::int,
      ${call.audioTokens}::int, ${call.audioSeconds}::real,
      ${call.startedAt}::timestamptz, ${call.latencyMs}::int, ${call.finishReason},
      ${call.outcome}, ${call.errorClass}, ${subject.disposition ?? null},
      case when ${call.audioSeconds}::real is not null
        then ${call.audioSeconds}::real::numeric / 60 * p.usd_per_audio_minute
        else ((${call.inputTokens}::int - coalesce(${call.cachedTokens}::int, 0)
            - coalesce(${call.audioTokens}::int, 0)) * p.input_usd_per_million
          + coalesce(${call.cachedTokens}::int, 0) * p.cached_usd_per_million
          + case when coalesce(${call.audioTokens}::int, 0) = 0 then 0
            else ${call.audioTokens}::int * p.audio_usd_per_million end
          + ${call.outputTokens}::int * p.output_usd_per_million) / 1000000 end,
      p.id
    from (select 1) one left join lateral (
      select * from llm_prices p
      where p.provider = ${call.provider}
        and coalesce(${call.responseModel}::text, ${call.requestModel}) ~ p.model_pattern
        and p.valid_from <= ${call.startedAt}::timestamptz
        and (p.valid_to is null or p.valid_to > ${call.startedAt}::timestamptz)
      order by length(p.model_pattern) desc, p.valid_from desc limit 1) p on true
    on conflict do nothing
    returning cost`;
  const cost = row?.cost ?? null;
  return { costUsd: cost === null ? null : Number(cost) };
}
