import type { LlmCall } from "../../../src/funnel/turn.ts";
import { newId } from "../../../src/lib/ids.ts";

/** An attempt that went well, of a model without a price. */
export function llmCall(over: Partial<LlmCall> = {}): LlmCall {
  return {
    ...{ id: newId(), step: "brain", attempt: 1, provider: "test", requestModel: "m" },
    ...{ responseModel: null, responseId: null, finishReason: "stop", outcome: "ok" },
    ...{ promptName: "brain", promptVersion: "1", promptHash: "h", errorClass: null },
    ...{ inputTokens: 1_000, cachedTokens: 0, outputTokens: 100, reasoningTokens: 0 },
    ...{ audioTokens: null, audioSeconds: null, startedAt: new Date(), latencyMs: 1_000 },
    ...over,
  };
}
