import type { CallBounds, LlmCall } from "../../funnel/turn.ts";

/** Whose call it is, and what for. */
export interface LlmCallSubject {
  organizationId: string;
  conversationId: string;
  leadId: string;
  /** Null for what belongs to no turn: summaries, transcripts, descriptions. */
  turnId: string | null;
  /** The newest of the lead's messages that it is about. */
  messageId: string | null;
  /** Set where nothing is ever sent, whatever comes of it. */
  disposition?: "replay";
}

/** A call as its row will be, in the row's own names; also what a reservation keeps of it. */
export type LlmRecord = ReturnType<typeof recordOf>;

/** The names and types of `LlmRecord`, for `jsonb_to_record`. Static SQL. */
export const RECORD_COLUMNS = `organization_id uuid, id uuid, conversation_id uuid, lead_id uuid,
  turn_id uuid, message_id uuid, step text, attempt smallint, provider text, request_model text,
  response_model text, response_id text, service_tier text, prompt_name text, prompt_version text,
  prompt_hash text, input_tokens int, cached_tokens int, cache_write_tokens int, output_tokens int,
  reasoning_tokens int, audio_tokens int, audio_seconds real, usage_source text,
  started_at timestamptz, latency_ms int, first_token_ms int, finish_reason text, outcome text,
  error_class text, disposition text`;

export function recordOf(subject: LlmCallSubject, call: LlmCall) {
  return {
    organization_id: subject.organizationId,
    id: call.id,
    conversation_id: subject.conversationId,
    lead_id: subject.leadId,
    turn_id: subject.turnId,
    message_id: subject.messageId,
    disposition: subject.disposition ?? null,
    step: call.step,
    attempt: call.attempt,
    provider: call.provider,
    request_model: call.requestModel,
    response_model: call.responseModel,
    response_id: call.responseId,
    service_tier: call.serviceTier,
    prompt_name: call.promptName,
    prompt_version: call.promptVersion,
    prompt_hash: call.promptHash,
    input_tokens: call.inputTokens,
    cached_tokens: call.cachedTokens,
    cache_write_tokens: call.cacheWriteTokens,
    output_tokens: call.outputTokens,
    reasoning_tokens: call.reasoningTokens,
    audio_tokens: call.audioTokens,
    audio_seconds: call.audioSeconds,
    usage_source: call.usageSource,
    started_at: call.startedAt,
    latency_ms: call.latencyMs,
    first_token_ms: call.firstTokenMs,
    finish_reason: call.finishReason,
    outcome: call.outcome,
    error_class: call.errorClass,
  };
}

/** The bounds in the row's names, for `WORST_COST`. */
export const BOUND_COLUMNS =
  "input_tokens bigint, output_tokens bigint, audio_tokens bigint, audio_seconds numeric";

export function boundsOf(bounds: CallBounds) {
  return {
    input_tokens: bounds.inputTokens,
    output_tokens: bounds.outputTokens,
    audio_tokens: bounds.audioTokens,
    audio_seconds: bounds.audioSeconds,
  };
}
