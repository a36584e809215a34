/** A limit: `burst` events at once, then one per `intervalMs` on average. */
export interface Rate {
  /** Milliseconds between events; fractions to a thousandth count. */
  readonly intervalMs: number;
  readonly burst: number;
}

export interface GcraState {
  readonly rate: Rate;
  /** Theoretical arrival time of the next event, epoch microseconds; 0 when never used. */
  readonly arrivalUs: number;
}

export type GcraDecision =
  | { allowed: true; arrivalsUs: number[] }
  /** `slowest`: the place of the bucket that makes it wait so long. */
  | { allowed: false; retryAfterMs: number; slowest: number };

/** Microseconds, whole: both twins count in integers and so agree to the last digit. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000);
}

/**
 * Whether one event may pass all buckets now; what `lua/pace-n.lua` decides in Redis. When allowed,
 * `arrivalsUs` is each bucket's next state; when not, nothing changes.
 */
export function gcra(buckets: readonly GcraState[], nowMs: number): GcraDecision {
  const nowUs = toMicroseconds(nowMs);
  const steps = buckets.map(({ rate, arrivalUs }) => {
    const intervalUs = toMicroseconds(rate.intervalMs);
    const windowUs = intervalUs * rate.burst;
    const storedUs = Math.min(arrivalUs, nowUs + windowUs);
    const nextUs = Math.max(storedUs, nowUs) + intervalUs;
    return { nextUs, waitUs: nextUs - windowUs - nowUs };
  });
  const waits = steps.map((step) => step.waitUs);
  const waitUs = Math.max(0, ...waits);
  if (waitUs > 0) {
    const retryAfterMs = Math.ceil(waitUs / 1000);
    return { allowed: false, retryAfterMs, slowest: waits.indexOf(waitUs) };
  }
  return { allowed: true, arrivalsUs: steps.map((step) => step.nextUs) };
}
