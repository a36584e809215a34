/** Bounds how much of a shared room each of many may take at once. */
export interface Shares {
  /** Takes a place, or notes that this key was turned away. */
  enter(key: string): boolean;
  /** Gives the place back. True: the key was turned away since; whoever left brings its work on. */
  leave(key: string): boolean;
  /** There may be more for this key: the next to leave is told so. */
  owe(key: string): void;
}

/** Room for `limit` of each key, in this process. */
export function createShares(limit: number): Shares {
  const running = new Map<string, number>();
  const owed = new Set<string>();
  return {
    enter: (key) => {
      const count = running.get(key) ?? 0;
      if (count >= limit) {
        owed.add(key);
        return false;
      }
      running.set(key, count + 1);
      return true;
    },
    leave: (key) => {
      const left = (running.get(key) ?? 1) - 1;
      if (left === 0) running.delete(key);
      else running.set(key, left);
      return owed.delete(key);
    },
    owe: (key) => void owed.add(key),
  };
}
