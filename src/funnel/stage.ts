import type { Stage } from "./lead.ts";

/** Below this confidence a proposed move is not made: a wrong stage misleads the whole team. */
const MIN_CONFIDENCE = 0.4;

/** Where the bot may move a lead from each stage. `ghosted` is set by the follow-up ladder only. */
const legalMoves: Readonly<Record<Stage, readonly Stage[]>> = {
  greeting: ["qualification", "pricing", "cta", "followup", "lost"],
  qualification: ["pricing", "cta", "followup", "lost"],
  pricing: ["qualification", "cta", "followup", "lost"],
  cta: ["pricing", "closed", "followup", "lost"],
  followup: ["qualification", "pricing", "cta", "closed", "lost"],
  ghosted: ["qualification", "pricing", "cta", "lost"],
  closed: ["qualification", "pricing", "cta"],
  lost: ["qualification"],
};

/** Stages in which nothing may chase the lead. */
export const terminalStages: readonly Stage[] = ["closed", "lost", "ghosted"];

export type StageVerdict =
  | { move: true; to: Stage }
  | { move: false; why: "same_stage" | "low_confidence" | "illegal_move" };

/** Decides whether the stage a model proposes is taken. `confidence` is 0–1. */
export function judgeStageMove(from: Stage, proposed: Stage, confidence: number): StageVerdict {
  if (from === proposed) return { move: false, why: "same_stage" };
  if (confidence < MIN_CONFIDENCE) return { move: false, why: "low_confidence" };
  if (!legalMoves[from].includes(proposed)) return { move: false, why: "illegal_move" };
  return { move: true, to: proposed };
}
