import { describe, expect, test } from "bun:test";
import { type Stage, stages } from "../../src/funnel/lead.ts";
import { judgeStageMove, terminalStages } from "../../src/funnel/stage.ts";

/** The product's table of legal moves for the bot. */
const legal: Record<Stage, readonly Stage[]> = {
  greeting: ["qualification", "pricing", "cta", "followup", "lost"],
  qualification: ["pricing", "cta", "followup", "lost"],
  pricing: ["qualification", "cta", "followup", "lost"],
  cta: ["pricing", "closed", "followup", "lost"],
  followup: ["qualification", "pricing", "cta", "closed", "lost"],
  ghosted: ["qualification", "pricing", "cta", "lost"],
  closed: ["qualification", "pricing", "cta"],
  lost: ["qualification"],
};

describe("a sure proposal", () => {
  for (const from of stages) {
    test(`from ${from} is taken exactly where the product allows it`, () => {
      const taken = stages.filter((to) => judgeStageMove(from, to, 1).move);
      expect(taken.toSorted()).toEqual(legal[from].toSorted());
    });
  }
});

describe("a proposal that is not taken says why", () => {
  test("staying is no move", () => {
    expect(judgeStageMove("cta", "cta", 1)).toEqual({ move: false, why: "same_stage" });
  });

  test("below a confidence of 0.4 the stage holds", () => {
    expect(judgeStageMove("greeting", "pricing", 0.39)).toEqual({
      move: false,
      why: "low_confidence",
    });
    expect(judgeStageMove("greeting", "pricing", 0.4)).toEqual({ move: true, to: "pricing" });
  });

  test("the bot never ghosts a lead by itself", () => {
    expect(judgeStageMove("pricing", "ghosted", 1)).toEqual({ move: false, why: "illegal_move" });
  });
});

test("no lead is chased once closed, lost or ghosted", () => {
  expect(terminalStages.toSorted()).toEqual(["closed", "ghosted", "lost"]);
});
