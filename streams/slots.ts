/**
 * How many entries of a stream may be in hand at once. Slots are reserved before Redis is asked, so
 * that reader and reclaimer together never hold more than there are.
 */
export class Slots {
  readonly total: number;
  /** Kept from the reader: a busy stream must not starve entries that were tried before. */
  readonly #reclaimerShare: number;
  readonly #onRelease: () => void;
  #used = 0;

  constructor(total: number, onRelease: () => void) {
    this.total = Math.max(2, total);
    this.#reclaimerShare = Math.ceil(this.total / 8);
    this.#onRelease = onRelease;
  }

  /** Free for fresh entries. */
  get readable(): number {
    return Math.max(0, this.total - this.#used - this.#reclaimerShare);
  }

  /** Free for entries that are taken back. */
  get takeable(): number {
    return Math.max(0, this.total - this.#used);
  }

  reserve(count: number): void {
    this.#used += count;
  }

  release(count: number): void {
    if (count === 0) return;
    this.#used -= count;
    this.#onRelease();
  }
}
