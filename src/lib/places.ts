/** A place in a room that many share; holding it is leave to work. */
export interface Place {
  /** Lets the next one in. Done by itself when the signal aborts: a handler that hangs keeps no place. */
  release(): void;
}

/** Shares a room out over keys (an organization, a number), so that no one of them fills it. */
export interface Places {
  /**
   * Resolves with a place, as soon as the key may have one; with undefined when `waitingAtMost` of the
   * key wait already, or when the signal aborts first.
   */
  take(
    key: string,
    options: { waitingAtMost: number; signal: AbortSignal },
  ): Promise<Place | undefined>;
  /** How many of the key hold a place or wait for one. */
  inHand(key: string): number;
}

interface Group {
  holding: number;
  readonly waiting: (() => void)[];
}

/**
 * `total` places in this process, at most `ofOneKey` of them for one key. A free place goes to the key
 * that holds the fewest (max-min fairness), between equals to the one that was served longest ago.
 */
export function createPlaces({ total, ofOneKey }: { total: number; ofOneKey: number }): Places {
  const groups = new Map<string, Group>();
  let held = 0;

  function groupOf(key: string): Group {
    const group = groups.get(key) ?? { holding: 0, waiting: [] };
    groups.set(key, group);
    return group;
  }

  function forgetIfIdle(key: string, { holding, waiting }: Group): void {
    if (holding === 0 && waiting.length === 0) groups.delete(key);
  }

  function poorest(): [string, Group] | undefined {
    let found: [string, Group] | undefined;
    for (const entry of groups) {
      const [, { holding, waiting }] = entry;
      if (waiting.length === 0 || holding >= ofOneKey) continue;
      if (found === undefined || holding < found[1].holding) found = entry;
    }
    return found;
  }

  function letIn(): void {
    for (let next = poorest(); held < total && next; next = poorest()) {
      const [key, group] = next;
      held += 1;
      group.holding += 1;
      // To the end: the others come first when they hold as many.
      groups.delete(key);
      groups.set(key, group);
      group.waiting.shift()?.();
    }
  }

  function leave(key: string, group: Group): void {
    held -= 1;
    group.holding -= 1;
    forgetIfIdle(key, group);
    letIn();
  }

  return {
    inHand: (key) => {
      const group = groups.get(key);
      return group ? group.holding + group.waiting.length : 0;
    },
    async take(key, { waitingAtMost, signal }) {
      if (signal.aborted) return;
      const group = groupOf(key);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const enter = () => resolve(true);
      const giveUp = () => {
        const at = group.waiting.indexOf(enter);
        if (at < 0) return;
        group.waiting.splice(at, 1);
        forgetIfIdle(key, group);
        resolve(false);
      };
      group.waiting.push(enter);
      letIn();
      if (group.waiting.indexOf(enter) >= waitingAtMost) giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      const isIn = await promise;
      signal.removeEventListener("abort", giveUp);
      return isIn ? placeOf(() => leave(key, group), signal) : undefined;
    },
  };
}

function placeOf(leave: () => void, signal: AbortSignal): Place {
  let isHeld = true;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    signal.removeEventListener("abort", release);
    leave();
  };
  signal.addEventListener("abort", release, { once: true });
  if (signal.aborted) release();
  return { release };
}
