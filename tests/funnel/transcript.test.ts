import { describe, expect, test } from "bun:test";
import { heldBack, isClear, transcriptConfidence } from "../../src/funnel/transcript.ts";
import { decision } from "../flows/world.ts";

const segment = (seconds: number, avgLogprob: number, noSpeechProb = 0) => ({
  ...{ seconds, avgLogprob, noSpeechProb },
});

describe("how sure a transcript is", () => {
  test("certain, half sure, and Whisper's own limit", () => {
    expect(transcriptConfidence([segment(2, 0)])).toBe(1);
    expect(transcriptConfidence([segment(2, Math.log(0.5))])).toBeCloseTo(0.5);
    expect(transcriptConfidence([segment(2, -1)])).toBeCloseTo(0.37, 2);
  });
  test("what may be no speech counts less", () => {
    expect(transcriptConfidence([segment(2, 0, 0.6)])).toBeCloseTo(0.4);
  });
  test("a long stretch counts more than a short one", () => {
    const sure = transcriptConfidence([segment(9, 0), segment(1, -3)]) ?? 0;
    const unsure = transcriptConfidence([segment(1, 0), segment(9, -3)]) ?? 0;
    expect(sure).toBeGreaterThan(0.9);
    expect(unsure).toBeLessThan(0.2);
  });
  test("nothing is known without segments", () => {
    expect(transcriptConfidence([])).toBeNull();
    expect(transcriptConfidence([segment(0, 0)])).toBeNull();
  });
});

test("clear is what was heard well enough; silence never is", () => {
  expect(isClear("Tuesday at ten", 0.5)).toBe(true);
  expect(isClear("Tuesday at ten", 0.49)).toBe(false);
  expect(isClear("Tuesday at ten", null)).toBe(true);
  expect(isClear("  ", 1)).toBe(false);
});

test("a decision upon a guess moves no stage and books nothing", () => {
  const booking = { ...decision, action: "initiate_cta", ctaId: "c", ctaTime: "ten" } as const;
  expect(heldBack(booking)).toMatchObject({
    action: "send_now",
    ctaId: null,
    ctaTime: null,
    confidence: 0.39,
  });
  expect(heldBack({ ...decision, action: "flag_attention", confidence: 0.2 })).toMatchObject({
    action: "flag_attention",
    confidence: 0.2,
  });
});
