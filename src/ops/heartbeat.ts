/** Watches that something keeps happening. */
export interface Heartbeat {
  /** It happened now. */
  beat(): void;
  /** A sentence once nothing has happened for `silentAfterMs`; null before. */
  stuck(): string | null;
}

/**
 * For loops that must turn: reader, sweep, alive key. Monotonic time, so that a shifted or corrected
 * clock neither raises nor hides an alarm.
 */
export function createHeartbeat(
  name: string,
  silentAfterMs: number,
  monotonicMs: () => number = () => performance.now(),
): Heartbeat {
  let lastBeat = monotonicMs();
  return {
    beat: () => {
      lastBeat = monotonicMs();
    },
    stuck: () => {
      const silentMs = monotonicMs() - lastBeat;
      if (silentMs <= silentAfterMs) return null;
      return `${name} has not moved for ${Math.round(silentMs / 1000)} s.`;
    },
  };
}

/** The first reason of several probes. */
export function firstStuck(probes: readonly (() => string | null)[]): () => string | null {
  return () => probes.map((probe) => probe()).find((reason) => reason !== null) ?? null;
}
