import type { LlmCall, UsageSource } from "../funnel/turn.ts";
import { systemClock } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";

export type Usage = Pick<
  LlmCall,
  | "inputTokens"
  | "cachedTokens"
  | "cacheWriteTokens"
  | "outputTokens"
  | "reasoningTokens"
  | "audioTokens"
  | "audioSeconds"
>;

export const noUsage: Usage = {
  inputTokens: null,
  cachedTokens: null,
  cacheWriteTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  audioTokens: null,
  audioSeconds: null,
};

/**
 * The provider's counts, without the parts that cannot be parts of what they belong to: such a part is
 * not known, and what it would have made cheaper is charged in full.
 */
export function consistent(usage: Usage): Usage {
  const input = usage.inputTokens ?? 0;
  const part = (count: number | null, whole: number) =>
    count !== null && count <= whole ? count : null;
  const cached = part(usage.cachedTokens, input);
  const written = part(usage.cacheWriteTokens, input - (cached ?? 0));
  return {
    ...usage,
    cachedTokens: cached,
    cacheWriteTokens: written,
    audioTokens: part(usage.audioTokens, input - (cached ?? 0) - (written ?? 0)),
    reasoningTokens: part(usage.reasoningTokens, usage.outputTokens ?? 0),
  };
}

/** Who tells what a call used: see `UsageSource`. `unbilled`: as on a `Failure`. */
export function sourceOf(usage: Usage, failure: { unbilled?: true } | null): UsageSource {
  const isTold =
    (usage.inputTokens !== null && usage.outputTokens !== null) || usage.audioSeconds !== null;
  if (isTold) return "provider";
  return failure?.unbilled ? "none" : "estimated";
}

/** A call that begins now, as its record will be if nobody ever hears how it ended. */
export function neverEnded(
  call: Pick<
    LlmCall,
    "step" | "attempt" | "provider" | "requestModel" | "promptName" | "promptVersion" | "promptHash"
  >,
): LlmCall {
  return {
    id: newId(),
    ...call,
    responseModel: null,
    responseId: null,
    serviceTier: null,
    ...noUsage,
    usageSource: "estimated",
    startedAt: systemClock.now(),
    latencyMs: 0,
    firstTokenMs: null,
    finishReason: null,
    outcome: "aborted",
    errorClass: "never_ended",
  };
}
