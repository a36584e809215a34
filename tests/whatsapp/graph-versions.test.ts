import { describe, expect, test } from "bun:test";
import { judgeVersion, SUGGESTED_VERSION } from "../../src/whatsapp/graph-versions.ts";

const NOW = new Date("2026-11-22T00:00:00.000Z");

describe("a version of the Graph API", () => {
  test.each([
    ["v20.0", { state: "ended" }],
    ["v19.0", { state: "ended" }],
    ["v21.0", { state: "ending", until: "2027-01-21" }],
    ["v22.0", { state: "ok", until: "2027-05-20" }],
    ["v25.0", { state: "ok", until: "2028-07-29" }],
    ["v26.0", { state: "ok", until: null }],
    ["v27.0", { state: "ok", until: null }],
    ["25", { state: "ended" }],
  ] as const)("%s is judged by Meta's dates", (version, verdict) => {
    expect(judgeVersion(version, NOW)).toEqual(verdict);
  });

  test("is told 90 days before its end", () => {
    const at = (day: string) => judgeVersion("v25.0", new Date(day)).state;
    expect([at("2028-04-29"), at("2028-05-02"), at("2028-07-29")]).toEqual([
      "ok",
      "ending",
      "ended",
    ]);
  });

  test("that is suggested is good", () => {
    expect(judgeVersion(SUGGESTED_VERSION, NOW).state).toBe("ok");
  });
});
