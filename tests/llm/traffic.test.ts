import { describe, expect, test } from "bun:test";
import { FAILURES_TO_OPEN, PATIENCE_MS, REST_MS } from "../../src/llm/breaker.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import type { Failure } from "../../src/llm/transport-failure.ts";
import { eventually } from "../support/wait.ts";

const answer = { kind: "answer" } as const;
const failure = (over: Partial<Failure> = {}): Failure => ({
  ...{ kind: "failure", outcome: "error", errorClass: "http_503" },
  ...{ retryAfterMs: null, permanent: false, ...over },
});

/** Traffic whose clock the test moves, and what each breaker did. */
function road(concurrency = 4) {
  let nowMs = 0;
  const changes: string[] = [];
  const traffic = createTraffic({
    concurrency,
    onBreaker: (model, open) => void changes.push(`${model} ${open ? "open" : "closed"}`),
    monotonicMs: () => nowMs,
  });
  const { signal } = new AbortController();
  const pass = (
    ask: () => Promise<typeof answer | Failure>,
    over: { organizationId?: string; model?: string; leftMs?: number; signal?: AbortSignal } = {},
  ) => {
    const { leftMs = 5_000, ...way } = over;
    const asked = { organizationId: "o", model: "m", timeLeftMs: () => leftMs, signal, ...way };
    return traffic.pass(asked, ask);
  };
  return {
    pass,
    changes,
    wait: (ms: number) => {
      nowMs += ms;
    },
    async fail(times: number, over: Partial<Failure> = {}) {
      for (let time = 0; time < times; time += 1) await pass(async () => failure(over));
    },
    /** A call that goes on until it is told to end. */
    begin(organizationId: string) {
      const { promise, resolve } = Promise.withResolvers<typeof answer>();
      let isRunning = false;
      const done = pass(
        () => {
          isRunning = true;
          return promise;
        },
        { organizationId },
      );
      return { done, end: () => resolve(answer), isRunning: () => isRunning };
    },
  };
}

const good = async () => answer;
const never = async (): Promise<typeof answer> => {
  throw new Error("It was asked.");
};

describe("a model that does not answer", () => {
  test("is not asked for a while after five failures; the caller hears for how long", async () => {
    const { pass, fail, changes, wait } = road();
    await fail(FAILURES_TO_OPEN);
    wait(1_000);
    expect(await pass(never)).toMatchObject({
      ...{ kind: "failure", errorClass: "resting", permanent: false },
      retryAfterMs: REST_MS - 1_000,
    });
    expect(await pass(good, { model: "another" })).toEqual(answer);
    expect(changes).toEqual(["m open"]);
  });

  test("is asked by one after its rest; the answer lets everybody in again", async () => {
    const { pass, fail, changes, wait } = road();
    await fail(FAILURES_TO_OPEN);
    wait(REST_MS);
    const { promise, resolve } = Promise.withResolvers<typeof answer>();
    const trial = pass(() => promise);
    expect(await pass(never)).toMatchObject({ errorClass: "resting", retryAfterMs: null });
    resolve(answer);
    expect(await trial).toEqual(answer);
    expect(await Promise.all([pass(good), pass(good)])).toEqual([answer, answer]);
    expect(changes).toEqual(["m open", "m closed"]);
  });

  test("is left alone for as long as it asks, after one 429", async () => {
    const { pass, fail, wait } = road();
    await fail(1, { outcome: "rate_limited", retryAfterMs: 7_000 });
    expect(await pass(never)).toMatchObject({ retryAfterMs: 7_000 });
    wait(7_000);
    expect(await pass(good)).toEqual(answer);
  });

  test("counts anew after an answer, were it a useless one or a refusal of the request", async () => {
    for (const there of [async () => answer, async () => failure({ permanent: true })]) {
      const { pass, fail } = road();
      await fail(FAILURES_TO_OPEN - 1);
      await pass(there);
      await fail(FAILURES_TO_OPEN - 1);
      expect(await pass(good)).toEqual(answer);
    }
  });

  test("is not blamed for calls that were called off, or that it was given no time for", async () => {
    const { pass, fail, wait } = road();
    await fail(10, { outcome: "aborted" });
    await fail(10, { outcome: "timeout" });
    expect(await pass(good)).toEqual(answer);
    for (let time = 0; time < FAILURES_TO_OPEN; time += 1) {
      await pass(async () => {
        wait(PATIENCE_MS);
        return failure({ outcome: "timeout" });
      });
    }
    expect(await pass(never)).toMatchObject({ errorClass: "resting" });
  });
});

describe("calls at once", () => {
  test("are so many and no more, three quarters of them for one organization", async () => {
    const { begin } = road(4);
    const flood = Array.from({ length: 6 }, () => begin("flood"));
    const quiet = Array.from({ length: 2 }, () => begin("quiet"));
    const running = (calls: typeof flood) => calls.filter((call) => call.isRunning()).length;
    await eventually(() => running(quiet) === 1 || undefined);
    expect([running(flood), running(quiet)]).toEqual([3, 1]);
    for (const call of [...flood, ...quiet]) call.end();
    await Promise.all([...flood, ...quiet].map(({ done }) => done));
    expect([running(flood), running(quiet)]).toEqual([6, 2]);
  });

  test("that find no place in their time are not made", async () => {
    const { begin, pass } = road(1);
    const first = begin("o");
    const late = await pass(never, { leftMs: 20 });
    expect(late).toMatchObject({ kind: "failure", outcome: "timeout", errorClass: "no_place" });
    first.end();
    await first.done;
    expect(await pass(good)).toEqual(answer);
  });

  test("give their place back when they throw, or are called off while they wait", async () => {
    const { begin, pass } = road(1);
    const boom = Promise.reject(new Error("boom"));
    expect(await pass(() => boom).catch(String)).toBe("Error: boom");
    const first = begin("o");
    const calledOff = new AbortController();
    const waiting = pass(never, { signal: calledOff.signal });
    calledOff.abort();
    expect(await waiting).toMatchObject({ errorClass: "no_place" });
    first.end();
    await first.done;
    expect(await pass(good)).toEqual(answer);
  });
});
