import type { LlmCall } from "../funnel/turn.ts";
import { GEN_AI } from "../lib/gen-ai.ts";

/** What may be told of a call outside of the ledger, by OpenTelemetry's names: none of its words. */
export function genAiAttributes(call: LlmCall): Record<string, string | number | string[]> {
  const attributes = {
    [GEN_AI.operationName]: call.step === "transcribe" ? "transcription" : "chat",
    [GEN_AI.providerName]: call.provider,
    [GEN_AI.requestModel]: call.requestModel,
    [GEN_AI.responseModel]: call.responseModel,
    [GEN_AI.responseId]: call.responseId,
    [GEN_AI.finishReasons]: call.finishReason === null ? null : [call.finishReason],
    [GEN_AI.promptName]: call.promptName,
    [GEN_AI.inputTokens]: call.inputTokens,
    [GEN_AI.outputTokens]: call.outputTokens,
    [GEN_AI.cachedTokens]: call.cachedTokens,
    [GEN_AI.cacheWriteTokens]: call.cacheWriteTokens,
    [GEN_AI.reasoningTokens]: call.reasoningTokens,
    [GEN_AI.errorType]: call.outcome === "ok" ? null : call.outcome,
  };
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
