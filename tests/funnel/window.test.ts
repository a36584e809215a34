import { describe, expect, test } from "bun:test";
import { isWindowOpen, windowClosesAt } from "../../src/funnel/window.ts";

const wroteAt = new Date("2026-03-28T20:00:00Z");

describe("the 24-hour window", () => {
  test("closes exactly 24 hours after the lead's last message, also over a clock change", () => {
    expect(windowClosesAt(wroteAt)).toEqual(new Date("2026-03-29T20:00:00Z"));
    expect(isWindowOpen(wroteAt, new Date("2026-03-29T19:59:59.999Z"))).toBe(true);
    expect(isWindowOpen(wroteAt, new Date("2026-03-29T20:00:00Z"))).toBe(false);
  });

  test("is closed to a lead who never wrote", () => {
    expect(windowClosesAt(null)).toBeNull();
    expect(isWindowOpen(null, wroteAt)).toBe(false);
  });
});
