import { describe, expect, test } from "bun:test";
import { backoffMs, fateOf, MAX_DELAY_MS } from "../../streams/retry.ts";

const ids = Array.from({ length: 2_000 }, (_, index) => `${1_795_384_368_000 + index * 7}-0`);

describe("backoffMs", () => {
  test("is the same each time it is asked for the same entry", () => {
    for (const id of ids.slice(0, 50)) expect(backoffMs(3, id)).toBe(backoffMs(3, id));
  });

  test("lies between half and the whole of a doubling step, and stops at the cap", () => {
    for (const id of ids) {
      for (const [tries, stepMs] of [
        [1, 1_000],
        [2, 2_000],
        [5, 16_000],
        [7, MAX_DELAY_MS],
        [60, MAX_DELAY_MS],
      ] as const) {
        expect(backoffMs(tries, id)).toBeGreaterThanOrEqual(stepMs / 2);
        expect(backoffMs(tries, id)).toBeLessThanOrEqual(stepMs);
      }
    }
  });

  test("spreads neighbouring entries over the whole step", () => {
    const quarters = [0, 0, 0, 0];
    for (const id of ids) {
      const quarter = Math.floor(((backoffMs(7, id) - MAX_DELAY_MS / 2) / MAX_DELAY_MS) * 8);
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    for (const count of quarters) expect(count).toBeGreaterThan(ids.length / 8);
  });

  test("is nothing before the first try has been spent", () => {
    expect(backoffMs(0, "1-0")).toBe(0);
  });
});

describe("fateOf", () => {
  test("tries a transient failure again until its tries are spent", () => {
    expect(fateOf({ class: "transient" }, 4, 5)).toEqual({ kind: "retry" });
    expect(fateOf({ class: "transient" }, 5, 5)).toEqual({ kind: "bury", class: "exhausted" });
  });

  test("never gives up an entry whose tries the row counts", () => {
    expect(fateOf({ class: "transient" }, 1_000, null)).toEqual({ kind: "retry" });
  });

  test("buries poison at once, also where the row counts", () => {
    expect(fateOf({ class: "poison" }, 1, null)).toEqual({ kind: "bury", class: "poison" });
  });

  test("waits for a dependency however often that happened", () => {
    expect(
      fateOf({ class: "dependency", dependency: "postgres", retryAfterMs: 700 }, 5, 5),
    ).toEqual({ kind: "wait", dependency: "postgres", holdMs: 700 });
  });
});
