import { describe, expect, test } from "bun:test";
import {
  type GraphErrorClass,
  graphError,
  graphErrorEffect,
  graphErrors,
} from "../../src/whatsapp/error-catalogue.ts";

type Effect =
  | "stop access"
  | "stop registration"
  | "stop account"
  | "stop payment"
  | "pause bot"
  | "pause template"
  | "disable template"
  | "stop marketing"
  | "hold recipient"
  | null;

/** Each row of whatsapp.md 8: what becomes of the message, and what beyond it. */
const expected: readonly (readonly [GraphErrorClass, Effect, readonly number[]])[] = [
  ["retry_later", null, [4, 429, 80007, 130429, 131053, 131208, 134101]],
  ["retry_later", "hold recipient", [131056]],
  ["unknown", null, [1, 2, 131000, 131016, 131057, 133004, 2494100]],
  ["window_closed", null, [131047]],
  ["auth", "stop access", [0, 3, 10, 102, 104, 190, 401, 403, 131005]],
  [
    "auth",
    "stop registration",
    [33, 131037, 131045, 133000, 133005, 133006, 133008, 133009, 133010, 133015, 133016],
  ],
  ["account", "stop account", [368, 131031]],
  ["account", "stop payment", [131042, 134011]],
  ["paused", "pause bot", [131048, 131064]],
  ["paused", "pause template", [132015]],
  ["paused", null, [132068, 132069]],
  ["recipient", null, [130403, 130472, 130497, 131021, 131026, 131030, 131049, 131062, 137000]],
  ["opted_out", "stop marketing", [131050]],
  [
    "template",
    null,
    [
      131055, 131063, 132000, 132001, 132005, 132007, 132008, 132012, 132018, 134100, 134102,
      2388019, 2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299,
    ],
  ],
  ["template", "disable template", [132016]],
  [
    "ours",
    null,
    [
      100, 131008, 131009, 131020, 131041, 131051, 131052, 131059, 131060, 135000, 136024, 139000,
      139001, 139002, 139003, 139004, 139100, 139101, 139102, 139103, 2593107, 2593108, 2593109,
    ],
  ],
];

const rows = expected.flatMap(([kind, effect, codes]) =>
  codes.map((code) => [code, kind, effect] as const),
);

describe("the catalogue of Graph errors", () => {
  test.each([
    [131053, { maxTries: 3 }],
    [134101, { waitMs: 600_000 }],
  ])("%d is tried again by its own rule", (code, rule) => {
    expect(graphErrors.get(code)).toMatchObject(rule);
    const others = [...graphErrors].filter(([, row]) => row.waitMs ?? row.maxTries);
    expect(others.map(([one]) => one)).toContain(code);
    expect(others.length).toBe(2);
  });

  test.each(rows)("%d is %p and means %p", (code, kind, effect) => {
    expect([graphError(code).class, effectOf(code)]).toEqual([kind, effect]);
  });

  test("has no row that is not above", () => {
    const known = rows.map(([code]) => code).toSorted((one, other) => one - other);
    expect([...graphErrors.keys()].toSorted((one, other) => one - other)).toEqual(known);
  });

  test.each([...graphErrors])("tells what %d is and what to do", (_, row) => {
    expect(row.title.length).toBeGreaterThan(5);
    expect(row.action).toMatch(/^[A-Z].*\.$/);
  });

  test.each([
    [200, "auth", "stop access"],
    [299, "auth", "stop access"],
    [131_201, "ours", null],
    [2_388_001, "template", null],
    [999_999, "ours", null],
  ] as const)("reads %d by its block, or as our mistake", (code, kind, effect) => {
    expect([graphError(code).class, effectOf(code)]).toEqual([kind, effect]);
  });
});

function effectOf(code: number): Effect {
  const effect = graphErrorEffect(code);
  switch (effect?.kind) {
    case undefined:
      return null;
    case "stop_number":
      return `stop ${effect.reason}`;
    case "withdraw_template":
      return effect.status === "PAUSED" ? "pause template" : "disable template";
    case "pause_bot":
      return "pause bot";
    case "stop_marketing":
      return "stop marketing";
    case "hold_recipient":
      return "hold recipient";
  }
}
