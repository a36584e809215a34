import type { Share } from "./interval.ts";
import type { RunReport } from "./results.ts";

/** "97.5 %" of 0.975. */
export function percent(share: number): string {
  const value = share * 100;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} %`;
}

/** "95.5–99.6 %": where the true share lies, 95 times of 100. */
export function rangeOf({ low, high }: Share): string {
  return `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)} %`;
}

/** "+3.0 %", "−1.2 %"; "unchanged" below a tenth of a percent. */
export function changeOf(share: number | null): string {
  if (share === null) return "unknown";
  const value = Math.abs(share * 100);
  if (value < 0.1) return "unchanged";
  return `${share > 0 ? "+" : "−"}${value.toFixed(1)} %`;
}

/** Money with as many digits as tell something; null is said, never 0. */
export function money(usd: number | null): string {
  if (usd === null) return "unknown";
  return `$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** "2 trials without a price". */
export function noPrice({ unpriced }: { unpriced: number }): string {
  return `${unpriced} ${unpriced === 1 ? "trial" : "trials"} without a price`;
}

/** The cost of several trials; what has no price is said beside it. */
export function bill(totals: { costUsd: number | null; unpriced: number }): string {
  const { costUsd, unpriced } = totals;
  if (costUsd === null || unpriced === 0) return money(costUsd);
  return `${money(costUsd)} and ${noPrice(totals)}`;
}

/** What a run can prove, and what not. Said wherever its numbers stand. */
export function meaningOf({ mode, results, model, endpoint, partial }: RunReport): string[] {
  const recorded = results.filter(({ source }) => source === "recorded").length;
  const rules = results.filter(({ source }) => source === "rule").length;
  const byRule = rules > 0 ? [`${rules} are decided by rules before any model.`] : [];
  if (mode === "live") {
    return [
      `Answers of ${model} at ${endpoint}, to the prompts named below.`,
      ...byRule,
      ...(partial === null ? [] : [partial]),
    ];
  }
  return [
    "Answers are authored: they test parsers, rules and gates, and say nothing about a prompt.",
    ...byRule,
    recorded > 0
      ? `${recorded} more are recorded answers of models to today's prompts.`
      : "No recorded answer of a model stands for today's prompts.",
    ...(partial === null ? [] : [partial]),
  ];
}
