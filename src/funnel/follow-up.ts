import type { ConversationMode, Stage } from "./lead.ts";
import { afterQuietHours, type QuietHours } from "./quiet-hours.ts";
import { terminalStages } from "./stage.ts";
import { isWindowOpen } from "./window.ts";

const MINUTE_MS = 60_000;

/** One nudge of a sequence. */
export interface FollowUpStep {
  /** Since the lead's last message. */
  afterMinutes: number;
  /** What the business wants said with it. */
  hint: string | null;
}

/** When the bot writes again by itself, and when it stops waiting. */
export interface FollowUpSequence {
  /** Ascending; empty = no nudges. */
  steps: readonly FollowUpStep[];
  ghostAfterMinutes: number;
}

/** What an organization starts with. */
export const defaultSequence: FollowUpSequence = {
  steps: [10, 180, 360].map((afterMinutes) => ({ afterMinutes, hint: null })),
  ghostAfterMinutes: 1_440,
};

/** What holds for an organization without an active sequence. */
export const noSequence: FollowUpSequence = { steps: [], ghostAfterMinutes: 1_440 };

/**
 * The step that stands for the end of a sequence: one past its last. Never the first, which is also
 * how a lead is written to who asked for it, with a sequence or without.
 */
export function endOf({ steps }: Pick<FollowUpSequence, "steps">): number {
  return Math.max(steps.length, 1) + 1;
}

export interface FollowUpSituation {
  /** Minutes after the lead's last message at which each nudge is due, ascending; empty = never. */
  policyMinutes: readonly number[];
  ghostAfterMinutes: number;
  /** Nudges sent since the lead's last message. */
  step: number;
  lastLeadMessageAt: Date | null;
  /** Business time. */
  now: Date;
  stage: Stage;
  mode: ConversationMode;
  optedOut: boolean;
  windowOpen: boolean;
  quietHours: QuietHours | null;
}

export type FollowUpPlan =
  /** `step` is the number of the nudge to send then (1 = first). */
  | { kind: "schedule"; at: Date; step: number }
  /** No nudge is left: the lead counts as ghosted from `at` (which may be past). */
  | { kind: "ghost"; at: Date }
  | {
      kind: "none";
      why: "human_mode" | "opted_out" | "terminal_stage" | "no_lead_message";
    };

/**
 * The one pending follow-up of a conversation after the bot spoke last. Times count from the lead's
 * last message. A nudge whose time has passed is skipped, not sent late: it would follow on the heels
 * of a delayed answer. One that falls into quiet hours waits for their end, and those it meets there
 * are skipped. A nudge outside the 24-hour window is not planned at all.
 */
export function nextFollowUp(situation: FollowUpSituation): FollowUpPlan {
  const { lastLeadMessageAt } = situation;
  if (situation.mode === "human") return { kind: "none", why: "human_mode" };
  if (situation.optedOut) return { kind: "none", why: "opted_out" };
  if (terminalStages.includes(situation.stage)) return { kind: "none", why: "terminal_stage" };
  if (lastLeadMessageAt === null) return { kind: "none", why: "no_lead_message" };

  const nudge = situation.windowOpen ? nextNudge(situation, lastLeadMessageAt) : null;
  return nudge ?? { kind: "ghost", at: after(lastLeadMessageAt, situation.ghostAfterMinutes) };
}

function nextNudge(
  { policyMinutes, step, now, quietHours }: FollowUpSituation,
  lastLeadMessageAt: Date,
): FollowUpPlan | null {
  for (const [index, minutes] of policyMinutes.entries()) {
    const at = afterQuietHours(after(lastLeadMessageAt, minutes), quietHours);
    if (index >= step && at > now && isWindowOpen(lastLeadMessageAt, at)) {
      return { kind: "schedule", at, step: index + 1 };
    }
  }
  return null;
}

function after(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * MINUTE_MS);
}
