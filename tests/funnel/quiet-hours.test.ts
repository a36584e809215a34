import { describe, expect, test } from "bun:test";
import { afterQuietHours } from "../../src/funnel/quiet-hours.ts";

const at = (text: string) => new Date(text);
const hours = (from: number, to: number, timeZone = "UTC") => ({
  fromMinute: from * 60,
  toMinute: to * 60,
  timeZone,
});

describe("the first moment that is not quiet", () => {
  test("is now where nothing is quiet", () => {
    expect(afterQuietHours(at("2026-08-03T03:00:00Z"), null)).toEqual(at("2026-08-03T03:00:00Z"));
  });

  test.each([
    ["before they begin", "2026-08-03T20:59:59.999Z", "2026-08-03T20:59:59.999Z"],
    ["as they begin", "2026-08-03T21:00:00Z", "2026-08-04T08:00:00Z"],
    ["over midnight", "2026-08-04T00:30:12.345Z", "2026-08-04T08:00:00Z"],
    ["in their last second", "2026-08-04T07:59:59.999Z", "2026-08-04T08:00:00Z"],
    ["at their end", "2026-08-04T08:00:00Z", "2026-08-04T08:00:00Z"],
  ])("%s", (_, asked, answer) => {
    expect(afterQuietHours(at(asked), hours(21, 8))).toEqual(at(answer));
  });

  test("within one day", () => {
    expect(afterQuietHours(at("2026-08-03T13:30:00Z"), hours(13, 15))).toEqual(
      at("2026-08-03T15:00:00Z"),
    );
  });

  test("counts in the business's zone, half hours included", () => {
    expect(afterQuietHours(at("2026-08-03T20:00:00Z"), hours(21, 8, "Asia/Kolkata"))).toEqual(
      at("2026-08-04T02:30:00Z"),
    );
  });

  test.each([
    ["an hour is skipped", "2026-03-29T00:30:00Z", "2026-03-29T06:00:00Z"],
    ["an hour comes twice", "2026-10-25T00:30:00Z", "2026-10-25T07:00:00Z"],
  ])("is right by the local clock when %s", (_, asked, answer) => {
    expect(afterQuietHours(at(asked), hours(22, 8, "Europe/Berlin"))).toEqual(at(answer));
  });
});
