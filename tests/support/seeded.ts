/** Chance that can be repeated: LEADLINE_SEED=… gives the same numbers again, and so does `given`. */
export function seeded(purpose: string, given = process.env["LEADLINE_SEED"]) {
  const seed = Number(given ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  let state = [...purpose].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), seed) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    seed,
    /** A whole number from 0 to below `end`. */
    below: (end: number) => Math.floor(next() * end),
    pick: <Item>(from: readonly Item[]): Item => {
      const item = from[Math.floor(next() * from.length)];
      if (item === undefined) throw new Error("There is nothing to pick from.");
      return item;
    },
  };
}
