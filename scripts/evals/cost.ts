import type { LlmCall } from "../../src/funnel/turn.ts";
import { modelPrices } from "../../src/llm/prices.ts";

const MILLION = 1_000_000;

/**
 * USD for a call by the prices that the product ships, or null where none fits. For reports only: the
 * ledger counts in exact decimals.
 */
export function costOf(call: LlmCall, provider: string): number | null {
  const model = call.responseModel ?? call.requestModel;
  const at = call.startedAt.toISOString();
  const price = modelPrices
    .filter(({ provider: sold, modelPattern, validFrom, validTo }) => {
      const isValid = validFrom <= at && (validTo === null || validTo > at);
      return sold === provider && isValid && new RegExp(modelPattern).test(model);
    })
    .toSorted((a, b) => b.validFrom.localeCompare(a.validFrom))[0];
  if (!price || call.inputTokens === null || call.outputTokens === null) return null;
  const cached = call.cachedTokens ?? 0;
  const input = (call.inputTokens - cached) * Number(price.inputUsdPerMillion);
  const known = cached * Number(price.cachedUsdPerMillion);
  return (input + known + call.outputTokens * Number(price.outputUsdPerMillion)) / MILLION;
}

/** The sum, or null as soon as one part is unknown: a bill with a gap is no bill. */
export function sumOf(costs: readonly (number | null)[]): number | null {
  return costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
}
