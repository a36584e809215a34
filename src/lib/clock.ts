/**
 * Business time: windows, follow-ups, quiet hours, fees. Never used for leases, deadlines or
 * heartbeats, which take database, Redis or monotonic time, because this clock can be shifted.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock shifted by whole milliseconds; the simulator moves the business into its future. */
export interface ShiftedClock extends Clock {
  setOffsetMs(offsetMs: number): void;
}

export function createShiftedClock(): ShiftedClock {
  let currentOffsetMs = 0;
  return {
    now: () => new Date(Date.now() + currentOffsetMs),
    setOffsetMs: (offsetMs) => {
      currentOffsetMs = offsetMs;
    },
  };
}
