import { expect, test } from "bun:test";
import { instantOf } from "../../src/http/plugins/instants.ts";

test.each([
  ["2026-11-22T22:15:00Z", "2026-11-22T22:15:00.000Z"],
  ["2026-11-22T22:15:00.5+05:30", "2026-11-22T16:45:00.500Z"],
  ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ["2026-01-01T00:00:00+02:00", "2025-12-31T22:00:00.000Z"],
])("%s is the instant %s", (text, instant) => {
  expect(instantOf(text).toISOString()).toBe(instant);
});

test.each([
  "2026-02-30T10:00:00Z",
  "2027-02-29T10:00:00Z",
  "2026-11-31T00:00:00Z",
  "2026-99-99T99:99:99Z",
])("%s is none", (text) => {
  expect(() => instantOf(text)).toThrow("is no instant");
});
