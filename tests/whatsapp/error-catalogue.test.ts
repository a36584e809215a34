import { describe, expect, test } from "bun:test";
import {
  type GraphErrorClass,
  graphError,
  graphErrors,
} from "../../src/whatsapp/error-catalogue.ts";

const expected: Record<GraphErrorClass, readonly number[]> = {
  retry_later: [4, 429, 80007, 130429, 131056],
  unknown: [1, 2, 131000, 131016, 131057, 133004, 2494100],
  window_closed: [131047],
  auth: [
    0, 3, 10, 33, 102, 104, 190, 401, 403, 131005, 131037, 131045, 133000, 133005, 133006, 133008,
    133009, 133010, 133015, 133016,
  ],
  account: [368, 131031, 131042, 134011],
  paused: [131048, 131064, 132015, 132068, 132069],
  recipient: [130403, 130472, 130497, 131021, 131026, 131030, 131049, 131062, 137000],
  opted_out: [131050],
  template: [
    131055, 131063, 132000, 132001, 132005, 132007, 132008, 132012, 132016, 132018, 134100, 134101,
    134102,
  ],
  ours: [100, 131008, 131009, 131020, 131041, 131051, 131052, 131053, 131059, 131060, 135000],
};

describe("the catalogue of Graph errors", () => {
  test("has every code once, in the class that decides what happens to the message", () => {
    const actual = Object.groupBy(graphErrors.keys(), (code) => graphError(code).class);
    const sorted = Object.fromEntries(
      Object.entries(actual).map(([kind, codes]) => [kind, codes.toSorted((a, b) => a - b)]),
    );
    expect(sorted).toEqual(expected as Record<string, number[]>);
    expect(graphErrors.size).toBe(Object.values(expected).flat().length);
  });

  test.each([...graphErrors])("tells what %d is and what to do", (_, row) => {
    expect(row.title.length).toBeGreaterThan(5);
    expect(row.action).toMatch(/^[A-Z].*\.$/);
  });

  test("reads 200 to 299 as permissions and an unlisted code as our mistake", () => {
    expect(graphError(200).class).toBe("auth");
    expect(graphError(299).class).toBe("auth");
    expect(graphError(999_999).class).toBe("ours");
  });
});
