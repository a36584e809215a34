/** One number that the bench prints. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The same done without what is measured, by the same loader in the same run; null where nothing compares. */
  baseline: number | null;
  /** What `value` should reach, in words. */
  aim: string | null;
}

export interface Outcome {
  figures: readonly Figure[];
  /** How it was measured: loader, amounts, where the clock stands. */
  how: string;
  /** What the exact-delivery check counted; it throws when the counts differ. */
  delivery: string;
}

/** Whatever `run` starts it defers on `stack`, which is disposed also when the bench is interrupted. */
export interface Measure {
  name: string;
  /** Takes ten minutes and more: only when it is asked for by name. */
  isLong?: true;
  run(stack: AsyncDisposableStack): Promise<Outcome>;
}

/** value ÷ baseline. */
export function ratioOf({ value, baseline }: Figure): number | null {
  return baseline === null || baseline === 0 ? null : digits(value / baseline, 3);
}

/** More digits than a measurement has would only look exact. */
export function digits(value: number, significant = 5): number {
  return Number(value.toPrecision(significant));
}

/** The middle value: one round on a busy machine must not decide. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank, so that the answer is a value that was measured. */
export function percentile(values: Iterable<number>, percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error("Nothing was measured.");
  return value;
}

/** Throws unless all counts are the same number; answers them as a sentence. */
export function sameCounts(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  const sentence = all.join(" = ");
  if (new Set(Object.values(counts)).size > 1) {
    throw new Error(`Delivery was not exact: ${all.join(", ")}.`);
  }
  return sentence;
}
