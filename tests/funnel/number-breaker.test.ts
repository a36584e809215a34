import { describe, expect, test } from "bun:test";
import {
  afterAnswer,
  afterClaim,
  afterUnclear,
  CLOSED,
  type NumberBreaker,
  RECOVERED_AT,
  REST_MS,
  TRIAL_MS,
} from "../../src/funnel/number-breaker.ts";

const NOW = 1_000_000;

function unclear(times: number, from = CLOSED): NumberBreaker {
  return Array.from({ length: times }).reduce<NumberBreaker>(
    (breaker) => afterUnclear(breaker, NOW),
    from,
  );
}

/** As many as may go at once now, and the breaker after that. */
function letThrough(breaker: NumberBreaker, nowMs: number): { sent: number; after: NumberBreaker } {
  let after = breaker;
  let sent = 0;
  for (let next = afterClaim(after, nowMs); next !== null && sent < 100; sent += 1) {
    after = next;
    next = afterClaim(after, nowMs);
  }
  return { sent, after };
}

const open = unclear(3);
const restedMs = NOW + REST_MS;

describe("a number's breaker", () => {
  test("stays closed over two unclear answers, and a clear one forgets them", () => {
    expect(letThrough(unclear(2), NOW).sent).toBe(100);
    expect(afterAnswer(unclear(2))).toEqual(CLOSED);
  });

  test("opens at the third in a row, and lets nothing through for a minute", () => {
    expect(letThrough(open, NOW).sent).toBe(0);
    expect(letThrough(open, restedMs - 1).sent).toBe(0);
  });

  test("half-open, one send is tried; if nobody hears of it, another one after a while", () => {
    const { sent, after } = letThrough(open, restedMs);
    expect(sent).toBe(1);
    expect(letThrough(after, restedMs + TRIAL_MS - 1).sent).toBe(0);
    expect(letThrough(after, restedMs + TRIAL_MS).sent).toBe(1);
  });

  test("recovers in rounds of 1, 2, 4, 8, and is closed then", () => {
    const rounds: number[] = [];
    let breaker = open;
    for (let round = 0; round < 5; round += 1) {
      const { sent, after } = letThrough(breaker, restedMs);
      rounds.push(sent);
      breaker = after;
      for (let answer = 0; answer < Math.min(sent, RECOVERED_AT); answer += 1) {
        breaker = afterAnswer(breaker);
      }
    }
    expect(rounds).toEqual([1, 2, 4, 8, 100]);
    expect(breaker).toEqual(CLOSED);
  });

  test("one unclear answer during recovery opens it again", () => {
    const recovering = afterAnswer(letThrough(open, restedMs).after);
    expect(letThrough(recovering, restedMs).sent).toBe(2);
    const again = afterUnclear(recovering, restedMs);
    expect(letThrough(again, restedMs + REST_MS - 1).sent).toBe(0);
    expect(letThrough(again, restedMs + REST_MS).sent).toBe(1);
  });

  test("places whose sends were never heard of again come back", () => {
    const { after } = letThrough(afterAnswer(letThrough(open, restedMs).after), restedMs);
    expect(after.credits).toBe(0);
    expect(letThrough(after, restedMs + TRIAL_MS - 1).sent).toBe(0);
    expect(letThrough(after, restedMs + TRIAL_MS).sent).toBe(1);
  });
});
