/** With so many at once without a failure a dependency is trusted as before. */
export const FULL_TRUST = 256;

/** An entry that has run for this long without finding the dependency away counts as gone well. */
const STEADY_AFTER_MS = 250;

/**
 * How many entries may run at once after one more has gone well; null: as many as there are slots.
 * Each that goes well makes its own room free and one more, so that every round is twice the last.
 */
export function nextLimit(limit: number): number | null {
  return limit + 1 >= FULL_TRUST ? null : limit + 1;
}

/** Says that the entry has gone well. Saying it again changes nothing. */
export type Leave = () => void;

/**
 * Lets work out gradually after a dependency was away: one entry first, then two, four … What has
 * waited would otherwise run all at once in the first moment, and push the dependency over again.
 */
export class Ramp {
  /** Null: no limit. */
  #limit: number | null = null;
  #running = 0;
  #waiting: (() => void)[] = [];
  /** Entries of an earlier ramp have no say in this one. */
  #round = 0;

  get isLimited(): boolean {
    return this.#limit !== null;
  }

  /** The dependency is back. */
  begin(): void {
    this.#round += 1;
    this.#limit = 1;
    this.#running = 0;
  }

  /** It is away again: whoever waits comes through at once, to find that and go back. */
  end(): void {
    this.#round += 1;
    this.#limit = null;
    this.#letIn();
  }

  /** Resolves when an entry may run, first come first served. */
  async enter(): Promise<Leave> {
    if (this.#limit !== null && this.#running >= this.#limit) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    } else this.#running += 1;
    return this.#leaveOf(this.#round);
  }

  #leaveOf(round: number): Leave {
    let left = false;
    const leave = () => {
      clearTimeout(timer);
      if (left || round !== this.#round) return;
      left = true;
      this.#running -= 1;
      if (this.#limit !== null) this.#limit = nextLimit(this.#limit);
      this.#letIn();
    };
    const timer = setTimeout(leave, STEADY_AFTER_MS);
    return leave;
  }

  #letIn(): void {
    while (this.#waiting.length > 0 && (this.#limit === null || this.#running < this.#limit)) {
      this.#running += 1;
      this.#waiting.shift()?.();
    }
  }
}
