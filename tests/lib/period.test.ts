import { describe, expect, test } from "bun:test";
import {
  bucketsOf,
  clockOffsets,
  intervals,
  periodBefore,
  readPeriod,
} from "../../src/lib/period.ts";
import { seeded } from "../support/seeded.ts";

const HOUR_MS = 3_600_000;
const now = new Date("2026-11-28T03:00:00Z");

const zones = [
  "UTC",
  "America/Denver",
  "America/St_Johns",
  "America/Sao_Paulo",
  "America/Havana",
  "Africa/Casablanca",
  "Africa/Cairo",
  "Europe/London",
  "Asia/Beirut",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Gaza",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
];

const formats = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      dateStyle: "short",
      timeStyle: "medium",
      hourCycle: "h23",
    }),
  ]),
);

/** The local date and time, as another implementation than ours reads them: `2026-11-28 03:00:00`. */
const clockThere = (atMs: number, timeZone: string) => formats.get(timeZone)?.format(atMs) ?? "";
const dateThere = (atMs: number, timeZone: string) => clockThere(atMs, timeZone).slice(0, 10);

const hoursOf = (timeZone: string, date: string) => {
  const { start, end } = readPeriod({ from: date, to: date }, timeZone, now);
  return (end.getTime() - start.getTime()) / HOUR_MS;
};

describe("a period", () => {
  test("is 30 days with today, by the calendar of its zone", () => {
    const denver = readPeriod({}, "America/Denver", now);
    expect([denver.from, denver.to]).toEqual(["2026-10-29", "2026-11-27"]);
    expect(denver.start.toISOString()).toBe("2026-10-29T06:00:00.000Z");
    expect(denver.end.toISOString()).toBe("2026-11-28T07:00:00.000Z");
    expect(readPeriod({}, "Asia/Kolkata", now).to).toBe("2026-11-28");
  });

  test("without a start has 30 days up to its end", () => {
    expect(readPeriod({ to: "2026-03-01" }, "UTC", now).from).toBe("2026-01-31");
  });

  test.each([
    ["America/Denver", "2026-03-08", 23],
    ["America/Denver", "2026-11-01", 25],
    ["Australia/Lord_Howe", "2026-04-05", 24.5],
    ["Australia/Lord_Howe", "2026-10-04", 23.5],
    ["America/Sao_Paulo", "2018-11-04", 23],
    ["Pacific/Apia", "2011-12-30", 0],
  ])("in %s on %s has %d hours", (zone, date, hours) => {
    expect(hoursOf(zone, date)).toBe(hours);
  });

  test.each([
    ["a day that is none", { from: "2026-02-30" }, "UTC"],
    ["an end before its start", { from: "2026-02-02", to: "2026-02-01" }, "UTC"],
    ["401 days", { from: "2025-01-01", to: "2026-02-05" }, "UTC"],
    ["a zone nobody knows", {}, "Mars/Olympus"],
    ["an offset for a zone", {}, "+05:30"],
  ])("refuses %s", (_, query, zone) => {
    expect(() => readPeriod(query, zone, now)).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
  });

  test("may have 400 days", () => {
    expect(
      bucketsOf(readPeriod({ from: "2025-01-01", to: "2026-02-04" }, "UTC", now), "day"),
    ).toHaveLength(400);
  });

  test("comes after one of as many days, without gap", () => {
    const period = readPeriod({ from: "2026-03-01", to: "2026-03-31" }, "America/Denver", now);
    const before = periodBefore(period);
    expect([before.from, before.to]).toEqual(["2026-01-29", "2026-02-28"]);
    expect(before.end).toEqual(period.start);
  });
});

test("weeks begin on Monday; the first and last bucket are cut by the period", () => {
  const period = readPeriod({ from: "2026-10-29", to: "2026-11-10" }, "Asia/Kolkata", now);
  const dates = (interval: "week" | "month") => bucketsOf(period, interval).map(({ date }) => date);
  expect(dates("week")).toEqual(["2026-10-29", "2026-11-02", "2026-11-09"]);
  expect(dates("month")).toEqual(["2026-10-29", "2026-11-01"]);
});

test("a day that was skipped has no bucket", () => {
  const period = readPeriod({ from: "2011-12-29", to: "2011-12-31" }, "Pacific/Apia", now);
  expect(bucketsOf(period, "day").map(({ date }) => date)).toEqual(["2011-12-29", "2011-12-31"]);
});

/** Any period of any zone; LEADLINE_SEED=… repeats a run. */
const random = seeded("period");
const anyPeriod = () => {
  const timeZone = random.pick(zones);
  const from = new Date(Date.UTC(2000 + random.below(60), random.below(12), 1 + random.below(28)));
  const to = new Date(from.getTime() + random.below(399) * 24 * HOUR_MS);
  const date = (at: Date) => at.toISOString().slice(0, 10);
  return readPeriod({ from: date(from), to: date(to) }, timeZone, now);
};

describe(`whatever the period (LEADLINE_SEED=${random.seed})`, () => {
  test("its buckets cover it exactly, each from the first moment of its date on", () => {
    for (let round = 0; round < 150; round += 1) {
      const period = anyPeriod();
      const interval = random.pick(intervals);
      const buckets = bucketsOf(period, interval);
      const edges = [...buckets.map(({ start }) => start), period.end];
      expect([period, edges[0]]).toEqual([period, buckets.length > 0 ? period.start : period.end]);
      expect(buckets.map(({ end }) => end)).toEqual(edges.slice(1));
      const wrong = buckets.filter(({ date, start, end }) => {
        const [first, before] = [start.getTime(), start.getTime() - 1].map((at) =>
          dateThere(at, period.timeZone),
        );
        return start >= end || first !== date || String(before) >= date;
      });
      expect([period, wrong]).toEqual([period, []]);
    }
  }, 30_000);

  test("its offsets tell every clock what it shows", () => {
    for (let round = 0; round < 150; round += 1) {
      const period = anyPeriod();
      const offsets = clockOffsets(period);
      const length = period.end.getTime() - period.start.getTime();
      for (let probe = 0; probe < 20 && length > 0; probe += 1) {
        const at = period.start.getTime() + random.below(length / 1_000) * 1_000;
        const seconds = offsets.findLast((one) => one.at.getTime() <= at)?.offsetSeconds ?? 0;
        const shown = new Date(at + seconds * 1_000).toISOString();
        expect([period.timeZone, `${shown.slice(0, 10)} ${shown.slice(11, 19)}`]).toEqual([
          period.timeZone,
          clockThere(at, period.timeZone),
        ]);
      }
    }
  });
});
