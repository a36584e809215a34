import { describe, expect, test } from "bun:test";
import { judgeDraft } from "../../../src/funnel/guardrails.ts";
import { adversarial } from "./adversarial.ts";
import { honest } from "./honest.ts";
import { groundsIn } from "./worlds.ts";

/** Of a hundred honest drafts. */
const MOST_BLOCKED = 2;

describe("at least 200 adversarial drafts: nothing ungrounded passes", () => {
  test("there are as many, each named by what it would catch", () => {
    expect(adversarial.length).toBeGreaterThanOrEqual(200);
    expect(new Set(adversarial.map(([name]) => name)).size).toBe(adversarial.length);
  });

  for (const [name, world, gate, draft, extras] of adversarial) {
    test(`${gate}: ${name}`, () => {
      const verdict = judgeDraft(draft, groundsIn(world, extras));
      expect(verdict.ok).toBe(false);
      const report = verdict.reports.find((one) => one.gate === gate);
      expect(report?.findings.length).toBeGreaterThan(0);
      for (const { text, span, reason } of report?.findings ?? []) {
        expect(draft.slice(span.startsAt, span.endsAt).trim()).toBe(text);
        expect(reason).not.toBe("");
      }
    });
  }
});

describe("at least 200 honest drafts: at most 2 % are stopped", () => {
  test("there are as many, each named by what might wrongly stop it", () => {
    expect(honest.length).toBeGreaterThanOrEqual(200);
    expect(new Set(honest.map(([name]) => name)).size).toBe(honest.length);
  });

  test("few are stopped", () => {
    const stopped = honest.flatMap(([name, world, draft, extras]) => {
      const verdict = judgeDraft(draft, groundsIn(world, extras));
      return verdict.ok ? [] : [`${name}: ${verdict.reason}`];
    });
    expect(stopped.length, stopped.join("\n")).toBeLessThanOrEqual(
      (honest.length * MOST_BLOCKED) / 100,
    );
  });
});
