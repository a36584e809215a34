const FIRST_DELAY_MS = 1_000;
/** A lead waits for the answer: longer pauses than this look like silence. */
const MAX_DELAY_MS = 60_000;

/** How long a turn waits after its `attempt`-th failed try (1 = first): 1 s, 4 s, 16 s, then 60 s. */
export function turnRetryDelayMs(attempt: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 4 ** Math.max(0, attempt - 1));
}
