import { describe, expect, test } from "bun:test";
import { createShiftedClock, systemClock } from "../../src/lib/clock.ts";
import { withDeadline } from "../../src/lib/deadline.ts";
import { errorCode, errorMessage } from "../../src/lib/errors.ts";
import { newId } from "../../src/lib/ids.ts";
import { sleep } from "../../src/lib/sleep.ts";

const never = new Promise<never>(() => {});

describe("withDeadline", () => {
  test("settles like the work when that is in time", async () => {
    expect(await withDeadline(Promise.resolve(1), 1_000, "Work")).toBe(1);
    const failed = withDeadline(Promise.reject(new Error("broken")), 1_000, "Work");
    expect(await failed.catch(errorMessage)).toBe("broken");
  });

  test("rejects with the given code and who did not answer", async () => {
    const late = withDeadline(never, 5, "Postgres", "database_unavailable");
    const error = await late.catch((reason) => reason);
    expect(errorCode(error)).toBe("database_unavailable");
    expect(errorMessage(error)).toBe("Postgres did not answer within 5 ms.");
  });
});

describe("sleep", () => {
  test("ends early when its signal aborts, and at once when it already has", async () => {
    const startedMs = performance.now();
    const stop = new AbortController();
    const sleeping = sleep(60_000, stop.signal);
    stop.abort();
    await sleeping;
    await sleep(60_000, stop.signal);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  test("lasts as long as it was told", async () => {
    const startedMs = performance.now();
    await sleep(30);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(28);
  });
});

describe("the business clock", () => {
  test("runs ahead by its offset, and can be moved back", () => {
    const clock = createShiftedClock();
    const aheadMs = () => clock.now().getTime() - systemClock.now().getTime();
    clock.setOffsetMs(3_600_000);
    expect(Math.abs(aheadMs() - 3_600_000)).toBeLessThan(50);
    clock.setOffsetMs(0);
    expect(Math.abs(aheadMs())).toBeLessThan(50);
  });
});

describe("ids", () => {
  test("are UUIDs of version 7, different, and sorted in the order they were made", () => {
    const ids = Array.from({ length: 1_000 }, newId);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe("errors", () => {
  test("that are not ours are internal, and anything thrown has a message", () => {
    expect(errorCode(new TypeError("x"))).toBe("internal");
    expect(["text", undefined, new Error("said")].map(errorMessage)).toEqual([
      "text",
      "undefined",
      "said",
    ]);
  });
});
