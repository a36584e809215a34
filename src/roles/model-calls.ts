import type { LlmCall } from "../funnel/turn.ts";
import type { Core } from "./core.ts";

/** Given to a model's API where no key is set: the simulator's takes any. */
export const SIMULATED_KEY = "simulated";

/** Tells the metrics of each model call. */
export function countModelCall(metrics: Core["metrics"]) {
  return (call: LlmCall, costUsd: number | null): void =>
    metrics.modelCall({
      step: call.step,
      model: call.responseModel ?? call.requestModel,
      outcome: call.outcome,
      durationMs: call.latencyMs,
      inputTokens: call.inputTokens ?? 0,
      cachedTokens: call.cachedTokens ?? 0,
      outputTokens: call.outputTokens ?? 0,
      reasoningTokens: call.reasoningTokens ?? 0,
      costUsd,
    });
}
