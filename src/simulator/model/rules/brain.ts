import type { Plan } from "./plan.ts";
import { nextQuestion } from "./questions.ts";
import type { Situation } from "./situation.ts";

interface Verdict {
  situation: string;
  intent: string;
  sentiment: string;
  stage: string;
  action: string;
  shouldRespond: boolean;
  confidence: number;
  ctaId?: string;
  ctaTime?: string | null;
  followUpDelayMinutes?: number;
  followUpReason?: string;
  attentionReason?: string;
}

const ONE_DAY_MINUTES = 1_440;

const calm = {
  intent: "medium",
  sentiment: "curious",
  action: "send_now",
  shouldRespond: true,
  confidence: 0.8,
} as const;

/** A greeting becomes qualification with the first question; later stages stay where they are. */
function talkingStage({ context }: Situation): string {
  const stage = context.stage ?? "greeting";
  return ["greeting", "ghosted", "followup", "lost"].includes(stage) ? "qualification" : stage;
}

function attention(situation: Situation, reason: string, sentiment: string, text: string): Verdict {
  return {
    ...calm,
    situation: text,
    sentiment,
    stage: situation.context.stage ?? "greeting",
    action: "flag_attention",
    attentionReason: reason,
    confidence: reason === "unsure" ? 0.35 : 0.9,
  };
}

function informed(situation: Situation, lead: "price" | "expensive" | "how" | "fact"): Verdict {
  const stage = lead === "price" || lead === "expensive" ? "pricing" : talkingStage(situation);
  switch (lead) {
    case "price":
      return { ...calm, situation: "The lead asks for prices.", intent: "high", stage };
    case "expensive":
      return {
        ...calm,
        situation: "The lead finds it expensive.",
        sentiment: "disappointed",
        stage,
      };
    case "how":
      return { ...calm, situation: "The lead wants to know how it works.", stage };
    case "fact":
      return { ...calm, situation: "The lead asks something the facts answer.", stage };
  }
}

function booked(plan: Extract<Plan, { kind: "book" | "link" }>): Verdict {
  const time = plan.kind === "book" ? plan.time : null;
  const ready = plan.kind === "link" || time !== null;
  return {
    ...calm,
    situation: ready
      ? `The lead agreed to: ${plan.cta.name}.`
      : `The lead wants: ${plan.cta.name}. The time is open.`,
    intent: "very_high",
    stage: "cta",
    action: ready ? "initiate_cta" : "send_now",
    confidence: 0.9,
    ...(ready ? { ctaId: plan.cta.id, ctaTime: time } : {}),
  };
}

function closed(situation: Situation, kind: "stop" | "decline" | "later"): Verdict {
  const base = { ...calm, intent: "low", sentiment: "uninterested", confidence: 0.9 };
  if (kind === "stop") {
    return {
      ...base,
      situation: "The lead wants no messages.",
      stage: "lost",
      shouldRespond: false,
    };
  }
  if (kind === "decline") return { ...base, situation: "The lead declines.", stage: "lost" };
  return {
    ...base,
    situation: "The lead wants to think about it.",
    sentiment: "neutral",
    stage: talkingStage(situation) === "cta" ? "cta" : "followup",
    followUpDelayMinutes: ONE_DAY_MINUTES,
    followUpReason: "The lead wants to think about it.",
  };
}

function talked(situation: Situation, kind: Exclude<Plan["kind"], "inform">): Verdict {
  const stage = talkingStage(situation);
  const quiet = { ...calm, intent: "low", sentiment: "neutral" };
  switch (kind) {
    case "greet":
      return { ...quiet, situation: "The lead says hello.", stage };
    case "off_topic":
      return { ...quiet, situation: "The lead leaves the subject.", stage, confidence: 0.7 };
    case "media":
      return { ...quiet, situation: "The lead sent something without text.", stage };
    case "unclear":
      return { ...quiet, situation: "A voice note could not be understood.", stage };
    case "bot_question":
      return { ...quiet, situation: "The lead asks who is writing.", stage };
    case "nudge":
      return { ...quiet, situation: "The lead went quiet.", intent: "medium", stage: "followup" };
    default: {
      const offer = stage === "qualification" && nextQuestion(situation) === null;
      return { ...calm, situation: "The lead told more.", stage: offer ? "cta" : stage };
    }
  }
}

function judge(situation: Situation, plan: Plan): Verdict {
  switch (plan.kind) {
    case "inform":
      return informed(situation, plan.lead);
    case "book":
    case "link":
      return booked(plan);
    case "stop":
    case "decline":
    case "later":
      return closed(situation, plan.kind);
    case "silence":
      return { ...talked(situation, "greet"), situation: plan.why, shouldRespond: false };
    case "legal":
      return attention(situation, "legal_or_safety", "annoyed", "Law or safety is touched.");
    case "human":
      return attention(situation, "asked_for_human", "neutral", "The lead asks for a person.");
    case "unhappy": {
      const sentiment = situation.topics.has("distrust") ? "distrustful" : "annoyed";
      return attention(situation, "unhappy", sentiment, "The lead is unhappy.");
    }
    case "unsure":
      return attention(situation, "unsure", "curious", "The facts do not answer the lead.");
    default:
      return talked(situation, plan.kind);
  }
}

function riskFlags({ topics }: Situation): string[] {
  const flags: string[] = [];
  if (topics.has("legal")) flags.push("legal");
  if (topics.has("safety")) flags.push("safety");
  if (topics.has("injection")) flags.push("injection");
  return flags;
}

/** Brain's answer as JSON fields. */
export function brainAnswer(situation: Situation, plan: Plan): Record<string, unknown> {
  const verdict = judge(situation, plan);
  const { context } = situation;
  const keepsStage = plan.kind === "silence" && context.stage !== undefined;
  return {
    ...verdict,
    stage: keepsStage ? context.stage : verdict.stage,
    riskFlags: riskFlags(situation),
    ctaId: verdict.ctaId ?? null,
    ctaTime: verdict.ctaTime ?? null,
    followUpDelayMinutes: verdict.followUpDelayMinutes ?? null,
    followUpReason: verdict.followUpReason ?? null,
    needsHuman: verdict.attentionReason !== undefined,
    attentionReason: verdict.attentionReason ?? null,
    language: situation.language,
    lookUp: null,
  };
}
