import type { LlmCall } from "../funnel/turn.ts";
import { genAiAttributes } from "../llm/attributes.ts";
import type { Core } from "./core.ts";

/** Given to a model's API where no key is set: the simulator's takes any. */
export const SIMULATED_KEY = "simulated";

/** Tells metrics and log of each model call. */
export function countModelCall({ metrics, log }: Pick<Core, "metrics" | "log">) {
  return (call: LlmCall, costUsd: number | null): void => {
    metrics.modelCall({ ...call, durationMs: call.latencyMs, costUsd });
    log.debug(genAiAttributes(call), "model call");
  };
}
