/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T | undefined;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
}

/** Mulberry32: small, quick, good enough to shuffle schedules. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (from) => from[below(from.length)],
    chance: (percent) => below(100) < percent,
  };
}

/** LEADLINE_SEED=… plays that one schedule again; else `count` seeds from a fresh start. */
export function seedsFor(count: number): number[] {
  const asked = process.env["LEADLINE_SEED"];
  if (asked !== undefined) return [Number(asked)];
  const first = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return Array.from({ length: count }, (_, index) => (first + index) >>> 0);
}

/** Runs every seed and says of the first that fails how to play it again. */
export async function playSeeds(
  seeds: readonly number[],
  play: (random: Random, seed: number) => Promise<void> | void,
): Promise<void> {
  for (const seed of seeds) {
    try {
      await play(randomOf(seed), seed);
    } catch (error) {
      throw new Error(`Seed ${seed} failed; LEADLINE_SEED=${seed} plays it again.`, {
        cause: error,
      });
    }
  }
}
