/** A share with the range in which the true one lies, 95 times of 100. */
export interface Share {
  passed: number;
  of: number;
  /** 0–1. */
  low: number;
  high: number;
}

/** The two-sided 95 % quantile of the normal distribution. */
const Z = 1.959964;

/** Wilson's score interval: right for few cases and for shares near 0 and 1, where ± is not. */
export function wilson(passed: number, of: number): Share {
  if (of === 0) return { passed, of, low: 0, high: 1 };
  const share = passed / of;
  const middle = share + Z ** 2 / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  const scale = 1 + Z ** 2 / of;
  return {
    passed,
    of,
    low: passed === 0 ? 0 : (middle - spread) / scale,
    high: passed === of ? 1 : (middle + spread) / scale,
  };
}
