import type { Author, Intent, Sentiment, Stage } from "./lead.ts";
import type { PromptSet } from "./prompts.ts";

export const turnCauses = ["message", "follow_up", "release", "retry"] as const;
export type TurnCause = (typeof turnCauses)[number];

export const brainActions = [
  "send_now",
  "wait_schedule",
  "initiate_cta",
  "flag_attention",
] as const;
export type BrainAction = (typeof brainActions)[number];

export const attentionReasons = [
  "asked_for_human",
  "unhappy",
  "legal_or_safety",
  "unsure",
  "blocked_by_gate",
  "out_of_budget",
  "model_failed",
  "turn_buried",
  "send_in_doubt",
  "send_failed",
  "window_closed",
  "stale_message",
  "opted_out_lead_wrote",
  "unreadable_message",
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/** How a turn ended. `superseded`: newer text arrived, the successor answers. */
export const turnDispositions = [
  "replied",
  "no_reply",
  "superseded",
  "blocked_by_gate",
  "model_failed",
  "fenced",
  "released",
  "buried",
] as const;
export type TurnDisposition = (typeof turnDispositions)[number];

/** A fact the bot may state. `price` facts carry the amount exactly as the business wrote it. */
export interface Fact {
  id: string;
  kind: "fact" | "price";
  topic: string;
  text: string;
}

export interface CtaOffer {
  id: string;
  kind: string;
  name: string;
  description: string;
  url: string | null;
  /** It has a calendar: the bot can see free times and settle one. */
  bookable: boolean;
}

export interface ContextMessage {
  author: Author;
  kind: string;
  /** Its words; in square brackets what it is beside them, such as a photo or a place. */
  text: string;
  /** The words of the message it answers, where that is known. */
  quoted: string | null;
  /** Voice notes only: whether the text was understood well, or is a guess. */
  heard?: "clear" | "unclear" | null;
  sentAt: Date;
  /** True for what arrived since the last finished turn: the messages to answer. */
  isNew: boolean;
}

/** Everything one turn knows, loaded by one query. Nothing here is an instruction but the policy. */
export interface TurnContext {
  organizationId: string;
  conversationId: string;
  leadId: string;
  turnId: string;
  cause: TurnCause;
  business: {
    name: string;
    description: string;
    policy: string;
    language: string;
    timeZone: string;
  };
  facts: readonly Fact[];
  ctas: readonly CtaOffer[];
  lead: { name: string | null; stage: Stage; intent: Intent; sentiment: Sentiment };
  summary: string | null;
  messages: readonly ContextMessage[];
  /** Which nudge this is (1 = first), when the cause is a follow-up. */
  followUpStep: number | null;
  /** What the business wants said with this nudge. */
  followUpHint: string | null;
  /** True when an earlier answer may or may not have reached the lead. */
  earlierReplyInDoubt: boolean;
  now: Date;
  /** The organization's own wording of the steps, where it has one. */
  prompts: PromptSet;
}

/** What Brain decided, after parsing. The funnel's rules still dispose of it. */
export interface BrainDecision {
  situation: string;
  intent: Intent;
  sentiment: Sentiment;
  riskFlags: readonly ("legal" | "safety" | "abuse" | "injection" | "minor")[];
  stage: Stage;
  action: BrainAction;
  shouldRespond: boolean;
  /** Id of one of the offered CTAs: agreed to with `initiate_cta`, else asked about. */
  ctaId: string | null;
  /** The time the lead asked for, in their own words or ISO 8601. */
  ctaTime: string | null;
  followUpDelayMinutes: number | null;
  followUpReason: string | null;
  confidence: number;
  needsHuman: boolean;
  attentionReason: "asked_for_human" | "unhappy" | "legal_or_safety" | "unsure" | null;
  /** BCP 47 tag of the language the lead writes in. */
  language: string;
  /** What to look for among all facts, because those in view do not answer the lead. */
  lookUp: string | null;
}

/** What our own systems answered in this turn: the only ground for "it is booked" or "that is free". */
export type ToolResult =
  | { tool: "look_up_fact"; facts: readonly Fact[] }
  /** Times are ISO 8601 with the zone's own offset, earliest first. */
  | { tool: "free_times"; ctaId: string; timeZone: string; times: readonly string[] }
  | { tool: "book"; ctaId: string; outcome: BookingOutcome; startsAt: string | null };

/**
 * `booked`: the time is kept for this lead. `taken`, `closed_then`: not to be had then. `unclear_time`: no
 * instant was named. `not_bookable`: the CTA has no calendar, people settle the time.
 */
export type BookingOutcome = "booked" | "taken" | "closed_then" | "unclear_time" | "not_bookable";

/** What a model is asked for. */
export const llmSteps = ["brain", "mouth", "memory", "transcribe", "describe"] as const;
export type LlmStep = (typeof llmSteps)[number];

/** One model attempt, as it is stored. Token counts are the provider's inclusive numbers. */
export interface LlmCall {
  id: string;
  step: LlmStep;
  attempt: number;
  provider: string;
  requestModel: string;
  responseModel: string | null;
  responseId: string | null;
  promptName: string;
  promptVersion: string;
  promptHash: string;
  inputTokens: number | null;
  cachedTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  /** Part of the input, for what was spoken. */
  audioTokens: number | null;
  /** Of what is billed by its length. */
  audioSeconds: number | null;
  startedAt: Date;
  latencyMs: number;
  finishReason: string | null;
  outcome: "ok" | "timeout" | "rate_limited" | "refused" | "invalid_json" | "error" | "aborted";
  errorClass: string | null;
}

/** The result of thinking: what to say, or why nothing may be said. */
export type Thought =
  | { kind: "reply"; decision: BrainDecision; text: string }
  | { kind: "no_reply"; decision: BrainDecision }
  | { kind: "blocked"; decision: BrainDecision; draft: string; reason: string }
  | { kind: "failed"; reason: string };
