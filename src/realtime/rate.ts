/** Frames a client may send at once, and then per second. */
const BURST = 40;
const PER_SECOND = 10;

/** A bucket of tokens, filled by monotonic time. */
export class FrameRate {
  #tokens = BURST;
  #filledAtMs: number;

  constructor(nowMs: number) {
    this.#filledAtMs = nowMs;
  }

  /** Whether one more frame is allowed now. */
  take(nowMs: number): boolean {
    const gained = ((nowMs - this.#filledAtMs) / 1_000) * PER_SECOND;
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(BURST, this.#tokens + gained);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
