import { describe, expect, test } from "bun:test";
import { type Availability, freeTimes, isOpenAt } from "../../src/funnel/availability.ts";
import { instantOf, isoWithOffset, localTime } from "../../src/funnel/local-time.ts";

const weekdays: Availability = {
  slotMinutes: 60,
  noticeMinutes: 120,
  daysAhead: 14,
  weekly: [
    { weekday: 1, from: "09:00", to: "12:00" },
    { weekday: 2, from: "15:00", to: "17:30" },
  ],
};
const zone = "America/Denver";
const at = (iso: string) => new Date(iso);
/** A Monday, 08:00 in Denver. */
const now = at("2026-11-30T15:00:00Z");
const free = (over: { availability?: Availability; taken?: Date[]; from?: Date; limit?: number }) =>
  freeTimes(
    { availability: over.availability ?? weekdays, timeZone: zone, taken: over.taken ?? [] },
    { from: over.from ?? now, now, limit: over.limit ?? 4 },
  ).map((one) => isoWithOffset(one, zone));

describe("wall clocks", () => {
  test("a minute that is skipped in spring has no instant; one that comes twice has its first", () => {
    const spring = { year: 2026, month: 3, day: 29 };
    expect(instantOf(spring, 2 * 60 + 30, "Europe/Madrid")).toBeNull();
    expect(instantOf(spring, 3 * 60, "Europe/Madrid")).toEqual(at("2026-03-29T01:00:00Z"));
    const autumn = { year: 2026, month: 10, day: 25 };
    expect(instantOf(autumn, 2 * 60 + 30, "Europe/Madrid")).toEqual(at("2026-10-25T00:30:00Z"));
    expect(instantOf(autumn, 4 * 60, "Europe/Madrid")).toEqual(at("2026-10-25T03:00:00Z"));
  });

  test("zones with half hours and beyond the date line are read and written right", () => {
    expect(isoWithOffset(at("2026-12-01T00:00:00Z"), "Asia/Kolkata")).toBe(
      "2026-12-01T05:30+05:30",
    );
    expect(localTime(at("2026-12-01T12:00:00Z"), "Pacific/Kiritimati")).toMatchObject({
      day: 2,
      weekday: 3,
      minute: 120,
    });
    expect(isoWithOffset(at("2026-12-01T00:00:00Z"), "America/St_Johns")).toEndWith("-03:30");
  });
});

describe("free times", () => {
  test("begin after the notice, follow the week, and end in time", () => {
    expect(free({})).toEqual([
      "2026-11-30T10:00-07:00",
      "2026-11-30T11:00-07:00",
      "2026-12-01T15:00-07:00",
      "2026-12-01T16:00-07:00",
    ]);
  });

  test("leave out what overlaps with an appointment, also one that begins beside the grid", () => {
    const taken = [at("2026-11-30T17:30:00Z")];
    expect(free({ taken, limit: 1 })).toEqual(["2026-12-01T15:00-07:00"]);
    expect(free({ taken: [at("2026-11-30T18:00:00Z")], limit: 1 })).toEqual([
      "2026-11-30T10:00-07:00",
    ]);
  });

  test("begin where they are asked for, and end with what may be planned ahead", () => {
    expect(free({ from: at("2026-12-01T22:30:00Z"), limit: 1 })).toEqual([
      "2026-12-01T16:00-07:00",
    ]);
    expect(free({ availability: { ...weekdays, daysAhead: 1 }, limit: 50 })).toHaveLength(2);
    expect(free({ from: at("2027-06-01T00:00:00Z") })).toEqual([]);
    expect(free({ availability: { ...weekdays, weekly: [] } })).toEqual([]);
  });

  test("keep the local hour over a change of the clocks", () => {
    const spring = at("2026-03-07T16:00:00Z");
    const hours = [6, 7, 1].map((weekday) => ({ weekday, from: "09:00", to: "10:00" }));
    const times = freeTimes(
      { availability: { ...weekdays, weekly: hours }, timeZone: zone, taken: [] },
      { from: spring, now: spring, limit: 3 },
    );
    expect(times.map((one) => isoWithOffset(one, zone))).toEqual([
      "2026-03-08T09:00-06:00",
      "2026-03-09T09:00-06:00",
      "2026-03-14T09:00-06:00",
    ]);
  });
});

test("no day is skipped where one has 23 hours", () => {
  const lateOnSaturday = at("2026-03-08T06:30:00Z");
  const daily = Array.from({ length: 7 }, (_, day) => ({
    ...{ weekday: day + 1, from: "12:00", to: "13:00" },
  }));
  const times = freeTimes(
    { availability: { ...weekdays, weekly: daily }, timeZone: zone, taken: [] },
    { from: lateOnSaturday, now: lateOnSaturday, limit: 3 },
  );
  expect(times.map((one) => localTime(one, zone).day)).toEqual([8, 9, 10]);
});

test("a time can be had only inside the hours, whole, and neither too soon nor too late", () => {
  const calendar = { availability: weekdays, timeZone: zone };
  const open = (iso: string) => isOpenAt(calendar, at(iso), now);
  expect(open("2026-11-30T10:00-07:00")).toBe(true);
  expect(open("2026-11-30T10:15-07:00")).toBe(true);
  expect(open("2026-11-30T09:30-07:00")).toBe(false);
  expect(open("2026-11-30T11:30-07:00")).toBe(false);
  expect(open("2026-12-02T10:00-07:00")).toBe(false);
  expect(open("2026-12-15T15:00-07:00")).toBe(false);
  expect(open("2026-11-30T10:00:30-07:00")).toBe(false);
});
