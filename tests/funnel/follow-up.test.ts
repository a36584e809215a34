import { describe, expect, test } from "bun:test";
import {
  type FollowUpPlan,
  type FollowUpSituation,
  nextFollowUp,
} from "../../src/funnel/follow-up.ts";

const MINUTE_MS = 60_000;
const wroteAt = new Date("2026-08-03T09:00:00Z");
const after = (minutes: number) => new Date(wroteAt.getTime() + minutes * MINUTE_MS);

const situation = (over: Partial<FollowUpSituation> = {}): FollowUpSituation => ({
  policyMinutes: [10, 180, 360],
  ghostAfterMinutes: 1_440,
  step: 0,
  lastLeadMessageAt: wroteAt,
  now: after(1),
  stage: "pricing",
  mode: "bot",
  optedOut: false,
  windowOpen: true,
  quietHours: null,
  ...over,
});

describe("the ladder", () => {
  test("starts with the first nudge, counted from the lead's last message", () => {
    expect(nextFollowUp(situation())).toEqual({ kind: "schedule", at: after(10), step: 1 });
  });

  test("goes on with the next nudge after one was sent", () => {
    const sent = situation({ step: 1, now: after(10) });
    expect(nextFollowUp(sent)).toEqual({ kind: "schedule", at: after(180), step: 2 });
  });

  test("skips a nudge whose time has passed instead of sending it late", () => {
    expect(nextFollowUp(situation({ now: after(10) }))).toMatchObject({ step: 2 });
    expect(nextFollowUp(situation({ now: after(200) }))).toMatchObject({ step: 3 });
  });

  test("ends in ghosted", () => {
    const done = situation({ step: 3, now: after(361) });
    expect(nextFollowUp(done)).toEqual({ kind: "ghost", at: after(1_440) });
  });

  test("plans no nudge at or after the end of the 24-hour window", () => {
    const late = situation({
      policyMinutes: [10, 1_440, 2_880],
      step: 1,
      ghostAfterMinutes: 3_000,
    });
    expect(nextFollowUp(late)).toEqual({ kind: "ghost", at: after(3_000) });
    const justInside = situation({ policyMinutes: [1_439], step: 0 });
    expect(nextFollowUp(justInside)).toEqual({ kind: "schedule", at: after(1_439), step: 1 });
  });

  test("without a step is only the time until the lead counts as ghosted", () => {
    const none = situation({ policyMinutes: [] });
    expect(nextFollowUp(none)).toEqual({ kind: "ghost", at: after(1_440) });
  });

  test("plans no nudge when the window is closed", () => {
    expect(nextFollowUp(situation({ windowOpen: false }))).toMatchObject({ kind: "ghost" });
  });
});

type None = Extract<FollowUpPlan, { kind: "none" }>;

describe("nobody is chased", () => {
  for (const [why, over] of [
    ["human_mode", { mode: "human" }],
    ["opted_out", { optedOut: true }],
    ["terminal_stage", { stage: "closed" }],
    ["terminal_stage", { stage: "lost" }],
    ["terminal_stage", { stage: "ghosted" }],
    ["no_lead_message", { lastLeadMessageAt: null }],
  ] satisfies [None["why"], Partial<FollowUpSituation>][]) {
    test(`${why}: ${JSON.stringify(over)}`, () => {
      expect(nextFollowUp(situation(over))).toEqual({ kind: "none", why });
    });
  }
});

describe("quiet hours", () => {
  const quietHours = { fromMinute: 21 * 60, toMinute: 8 * 60, timeZone: "America/Denver" };
  // 22:00 in Denver, in summer: UTC-6.
  const lateAt = new Date("2026-08-03T04:00:00Z");
  const eight = new Date("2026-08-03T14:00:00Z");
  const late = (over: Partial<FollowUpSituation> = {}) =>
    situation({ lastLeadMessageAt: lateAt, now: lateAt, quietHours, ...over });

  test("hold a nudge back until they end", () => {
    expect(nextFollowUp(late())).toEqual({ kind: "schedule", at: eight, step: 1 });
  });

  test("let only one nudge through when they end", () => {
    expect(nextFollowUp(late({ step: 1, now: eight }))).toMatchObject({ kind: "ghost" });
  });

  test("leave alone what falls outside", () => {
    const noon = late({ policyMinutes: [840] });
    expect(nextFollowUp(noon)).toMatchObject({ at: new Date("2026-08-03T18:00:00Z") });
  });

  test("end the ladder when the window is closed by their end", () => {
    const missed = nextFollowUp(
      late({ lastLeadMessageAt: lateAt, now: lateAt, policyMinutes: [1_400], quietHours }),
    );
    expect(missed).toMatchObject({ kind: "ghost" });
  });
});
