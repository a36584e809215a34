import { describe, expect, test } from "bun:test";
import {
  duration,
  initials,
  languageName,
  nearTime,
  toneOf,
  usd,
} from "../../src/dashboard/format.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe("what a person reads", () => {
  test.each([
    [0, "0 s"],
    [59_000, "59 s"],
    [5 * MINUTE_MS, "5 min"],
    [HOUR_MS, "1 h"],
    [23 * HOUR_MS + 10 * MINUTE_MS, "23 h 10 min"],
    [24 * HOUR_MS, "24 h"],
    [72 * HOUR_MS, "3 d"],
  ])("%d ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test.each([
    ["0", "$0.00"],
    ["0.000540000000", "$0.00054"],
    ["0.25", "$0.25"],
    ["12.3456", "$12.35"],
  ])("a cost of %s dollars is %s: never zero when it is not", (exact, text) => {
    expect(usd(exact)).toBe(text);
  });

  test("initials come from the first and last word, also beyond Latin, else a sign", () => {
    expect(["Ana Reyes", "marta", "Ána de la Ó", "李 明", "+1 555"].map(initials)).toEqual([
      "AR",
      "M",
      "ÁÓ",
      "李明",
      "#",
    ]);
  });

  test("the same lead has the same tone of six", () => {
    const tones = ["a", "b", "0190-x", "0190-y"].map(toneOf);
    expect(tones).toEqual(["a", "b", "0190-x", "0190-y"].map(toneOf));
    expect(tones.every((tone) => tone >= 0 && tone < 6)).toBe(true);
  });

  test("what is no language tag is shown as it is", () => {
    expect(languageName("es")).not.toBe("es");
    expect(languageName("mixed, mostly Spanish")).toBe("mixed, mostly Spanish");
  });

  test("a moment is told as short as it is clear", () => {
    const now = new Date(2026, 10, 22, 12, 0);
    const told = (day: number) =>
      nearTime(new Date(2026, 10, day, 9, 5).toISOString(), now.getTime());
    const time = told(22);
    expect(time).toMatch(/^0?9[:.]05/u);
    expect(told(21)).toBe(`Sat ${time}`);
    expect(told(23)).toBe(`Mon ${time}`);
    expect(told(1)).toBe(`Nov 1 ${time}`);
  });
});
