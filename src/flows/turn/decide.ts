import { endOf, nextFollowUp } from "../../funnel/follow-up.ts";
import { afterQuietHours } from "../../funnel/quiet-hours.ts";
import { judgeStageMove, terminalStages } from "../../funnel/stage.ts";
import type { BrainDecision, Thought, ToolResult, TurnContext } from "../../funnel/turn.ts";
import { isWindowOpen } from "../../funnel/window.ts";
import type { TurnResult } from "./commit.ts";
import type { Seen } from "./context.ts";

const nothing: Omit<TurnResult, "disposition"> = {
  reply: null,
  decision: null,
  draft: null,
  gate: null,
  error: null,
  stage: null,
  intent: null,
  sentiment: null,
  language: null,
  booking: null,
  attention: null,
  followUp: null,
  trace: null,
};

/**
 * The model proposes, this disposes: what a thought changes, by the funnel's rules. `toolResults` is what
 * our own systems answered on the way.
 */
export function decide(
  thought: Thought,
  context: TurnContext,
  seen: Seen,
  toolResults: readonly ToolResult[],
): TurnResult {
  if (thought.kind === "failed") {
    return {
      ...nothing,
      disposition: "model_failed",
      reply: holdingLine(context, seen),
      error: thought.reason,
      attention: "model_failed",
    };
  }
  const { decision } = thought;
  const base = { ...nothing, ...understanding(decision, context) };
  switch (thought.kind) {
    case "blocked":
      return {
        ...base,
        disposition: "blocked_by_gate",
        reply: holdingLine(context, seen),
        draft: thought.draft,
        gate: thought.reason,
        attention: "blocked_by_gate",
      };
    case "no_reply":
      return { ...base, disposition: "no_reply", followUp: askedPause(decision, context, seen) };
    case "reply":
      return {
        ...base,
        disposition: "replied",
        reply: thought.text,
        booking: bookingOf(decision, toolResults),
        followUp: ladder(base, context, seen),
      };
  }
}

/** The end of an unanswered follow-up ladder. */
export function ghosted(seen: Seen): TurnResult {
  return {
    ...nothing,
    disposition: "no_reply",
    stage: {
      to: "ghosted",
      author: "system",
      reason: `No answer to ${seen.sequence.steps.length} follow-ups.`,
      confidence: null,
    },
  };
}

function understanding(decision: BrainDecision, context: TurnContext): Partial<TurnResult> {
  const verdict = judgeStageMove(context.lead.stage, decision.stage, decision.confidence);
  return {
    decision,
    intent: decision.intent,
    sentiment: decision.sentiment,
    language: decision.language,
    attention: decision.needsHuman ? (decision.attentionReason ?? "unsure") : null,
    stage: verdict.move
      ? {
          to: verdict.to,
          author: "bot",
          reason: decision.situation,
          confidence: decision.confidence,
        }
      : null,
  };
}

/** Silence is better than repeating the holding line to a lead who was not asking anything. */
function holdingLine(context: TurnContext, seen: Seen): string | null {
  return context.cause === "follow_up" ? null : seen.holdingLine;
}

/**
 * What the lead agreed to: settled where the calendar kept the time, for people to settle where the CTA has
 * no calendar. A time that was not to be had is no booking: the reply offers others.
 */
function bookingOf(
  { action, ctaId, ctaTime }: BrainDecision,
  results: readonly ToolResult[],
): TurnResult["booking"] {
  if (action !== "initiate_cta" || ctaId === null) return null;
  const booked = results.find((result) => result.tool === "book");
  const outcome = booked?.outcome ?? "not_bookable";
  if (outcome === "not_bookable") return { ctaId, requestedTime: ctaTime, scheduledAt: null };
  if (outcome !== "booked" || !booked?.startsAt) return null;
  return { ctaId, requestedTime: ctaTime, scheduledAt: new Date(booked.startsAt) };
}

/**
 * A nudge that comes due in quiet hours, because they changed or the worker was away, waits for their
 * end if the lead may still be written to then; else the ladder ends. Null: it may go now.
 */
export function postponed(context: TurnContext, seen: Seen): TurnResult | null {
  if (context.followUpStep === null) return null;
  const at = afterQuietHours(context.now, seen.quietHours);
  if (at <= context.now) return null;
  const followUp = isWindowOpen(seen.lastLeadMessageAt, at)
    ? { at, step: context.followUpStep }
    : { at, step: endOf(seen.sequence) };
  return { ...nothing, disposition: "no_reply", followUp };
}

/** The lead asked to be written to later, and the window will still be open then. */
function askedPause(
  decision: BrainDecision,
  context: TurnContext,
  seen: Seen,
): TurnResult["followUp"] {
  if (decision.action !== "wait_schedule" || decision.followUpDelayMinutes === null) return null;
  const asked = new Date(context.now.getTime() + decision.followUpDelayMinutes * 60_000);
  return { at: afterQuietHours(asked, seen.quietHours), step: 1 };
}

function ladder(
  result: Pick<TurnResult, "stage" | "attention">,
  context: TurnContext,
  seen: Seen,
): TurnResult["followUp"] {
  if (result.attention !== null) return null;
  const stage = result.stage?.to ?? context.lead.stage;
  if (terminalStages.includes(stage)) return null;
  const plan = nextFollowUp({
    policyMinutes: seen.sequence.steps.map(({ afterMinutes }) => afterMinutes),
    ghostAfterMinutes: seen.sequence.ghostAfterMinutes,
    step: context.followUpStep ?? 0,
    lastLeadMessageAt: seen.lastLeadMessageAt,
    now: context.now,
    stage,
    mode: "bot",
    optedOut: false,
    windowOpen: isWindowOpen(seen.lastLeadMessageAt, context.now),
    quietHours: seen.quietHours,
  });
  if (plan.kind === "none") return null;
  return { at: plan.at, step: plan.kind === "ghost" ? endOf(seen.sequence) : plan.step };
}
