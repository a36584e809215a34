import { terminalStages } from "../../funnel/stage.ts";
import { isWindowOpen } from "../../funnel/window.ts";
import { AppError } from "../../lib/errors.ts";
import type { Conversation } from "./model.ts";

interface Wish {
  before: Conversation;
  /** As it will be. */
  stage: Conversation["stage"];
  /** What the person asks for; undefined: nothing about it. */
  wish: string | null | undefined;
  /** Nudges that the organization's policy has. */
  nudgeCount: number;
  /** Business time. */
  now: Date;
}

/**
 * The planned follow-up as it will be. Fails with `invalid_input` for an instant that is not ahead,
 * `conflict` where the bot may not chase the lead, and `window_closed` when nothing may be sent then.
 */
export function followUpOf({
  before,
  stage,
  wish,
  nudgeCount,
  now,
}: Wish): Pick<Conversation, "followUpAt" | "followUpStep"> {
  const isOver = stage !== before.stage && terminalStages.includes(stage);
  if (wish === null || (wish === undefined && isOver)) return { followUpAt: null, followUpStep: 0 };
  const { followUpAt, followUpStep } = before;
  if (wish === undefined) return { followUpAt, followUpStep };
  const at = new Date(wish);
  if (!(at > now)) throw new AppError("invalid_input", "A follow-up lies ahead, by business time.");
  const obstacle = obstacleTo(before, stage, nudgeCount);
  if (obstacle !== null) throw new AppError("conflict", obstacle);
  if (!isWindowOpen(instantOf(before.lastLeadMessageAt), at)) {
    throw new AppError("window_closed", "By then the lead last wrote over 24 hours ago.");
  }
  // A step beyond the last one would end the ladder instead of writing.
  const step = Math.min(Math.max(followUpStep, 1), nudgeCount);
  return { followUpAt: at.toISOString(), followUpStep: step };
}

function obstacleTo(before: Conversation, stage: Conversation["stage"], nudgeCount: number) {
  if (before.mode === "human") return "A person has this conversation: the bot does not write.";
  if (before.optedOutAt !== null) return "The lead asked not to be written to.";
  if (terminalStages.includes(stage)) return `Nobody is chased in the stage ${stage}.`;
  return nudgeCount === 0 ? "The organization has follow-ups switched off." : null;
}

function instantOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
