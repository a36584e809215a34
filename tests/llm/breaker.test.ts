import { describe, expect, test } from "bun:test";
import {
  afterAsking,
  afterFailure,
  CLOSED,
  FAILURES_TO_OPEN,
  LONGEST_REST_MS,
  type ModelBreaker,
  REST_MS,
  TRIAL_MS,
} from "../../src/llm/breaker.ts";

const failed = { retryAfterMs: null, wasTrial: false };
const trial = { retryAfterMs: null, wasTrial: true };

/** After so many failures in a row, all at the time 0. */
function failing(times: number): ModelBreaker {
  let breaker = CLOSED;
  for (let time = 0; time < times; time += 1) breaker = afterFailure(breaker, 0, failed);
  return breaker;
}
const open = failing(FAILURES_TO_OPEN);

describe("a model's breaker", () => {
  test("lets everybody ask, until the model has failed five times in a row", () => {
    const shaky = failing(FAILURES_TO_OPEN - 1);
    expect(afterAsking(shaky, 0)).toEqual(shaky);
    expect(afterAsking(open, 0)).toBeNull();
    expect(afterAsking(open, REST_MS - 1)).toBeNull();
  });

  test("then lets one ask, and the others only when that one has not come back", () => {
    const halfOpen = afterAsking(open, REST_MS);
    if (halfOpen === null) throw new Error("It let nobody through.");
    expect(afterAsking(halfOpen, REST_MS)).toBeNull();
    expect(afterAsking(halfOpen, REST_MS + TRIAL_MS - 1)).toBeNull();
    expect(afterAsking(halfOpen, REST_MS + TRIAL_MS)).not.toBeNull();
  });

  test("rests twice as long after each trial that failed, a minute at most", () => {
    let breaker = open;
    const rests = [1, 2, 3, 4].map(() => {
      breaker = afterFailure(breaker, 100, trial);
      return breaker.restMs;
    });
    expect(rests).toEqual([20_000, 40_000, LONGEST_REST_MS, LONGEST_REST_MS]);
    expect(breaker.restsUntilMs).toBe(100 + LONGEST_REST_MS);
  });

  test("is not kept open longer by calls that were under way when it opened", () => {
    expect(failing(FAILURES_TO_OPEN + 20).restsUntilMs).toBe(open.restsUntilMs);
  });

  test("opens at the first failure for as long as the server asks, a minute at most", () => {
    const asked = (retryAfterMs: number) => afterFailure(CLOSED, 0, { ...failed, retryAfterMs });
    expect(afterAsking(asked(3_000), 2_999)).toBeNull();
    expect(afterAsking(asked(3_000), 3_000)).not.toBeNull();
    expect(asked(3_600_000).restsUntilMs).toBe(LONGEST_REST_MS);
    const later = afterFailure(open, 5_000, { ...failed, retryAfterMs: 30_000 });
    expect(later.restsUntilMs).toBe(35_000);
  });
});
