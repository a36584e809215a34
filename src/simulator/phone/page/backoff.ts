const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/** How long to wait before try `attempt` (0 = first retry): doubles to 10 s; `random` 0–1 takes off up to half, so that pages do not return in step. */
export function retryDelayMs(attempt: number, random: number): number {
  const fullDelayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(fullDelayMs * (1 - random / 2));
}
