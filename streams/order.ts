/** An entry that waits, and the keys of what it must not overtake. */
interface Waiting<T> {
  readonly item: T;
  readonly keys: readonly string[];
}

/**
 * Entries of an ordered stream that wait for a handler. Two that share a key are handed out in the
 * order in which they came, and the later one only when the earlier is done or in the same batch;
 * others may overtake. Holds no I/O: whoever drives it says what is done.
 */
export class OrderedQueue<T> {
  readonly #keysOf: (item: T) => readonly string[];
  #waiting: readonly Waiting<T>[] = [];
  /** How many of those handed out and not done have the key. */
  readonly #busy = new Map<string, number>();

  constructor(keysOf: (item: T) => readonly string[]) {
    this.#keysOf = keysOf;
  }

  add(items: readonly T[]): void {
    this.#waiting = [
      ...this.#waiting,
      ...items.map((item) => ({ item, keys: this.#keysOf(item) })),
    ];
  }

  /** Up to `limit` entries whose turn it is, in their order; call `done` of what it returns. */
  take(limit: number): { items: readonly T[]; done(): void } {
    const batch: Waiting<T>[] = [];
    const left: Waiting<T>[] = [];
    /** Of entries passed over: what shares a key with one of them would overtake it. */
    const held = new Set<string>();
    for (const one of this.#waiting) {
      const waits = one.keys.some((key) => held.has(key) || this.#busy.has(key));
      if (waits || batch.length >= limit) {
        for (const key of one.keys) held.add(key);
        left.push(one);
      } else batch.push(one);
    }
    this.#waiting = left;
    const keys = batch.flatMap((one) => one.keys);
    for (const key of keys) this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1);
    return { items: batch.map(({ item }) => item), done: () => this.#free(keys) };
  }

  #free(keys: readonly string[]): void {
    for (const key of keys) {
      const others = (this.#busy.get(key) ?? 1) - 1;
      if (others === 0) this.#busy.delete(key);
      else this.#busy.set(key, others);
    }
  }
}
