import type { GateName } from "./gates/gate.ts";
import type { ContextMessage, LlmCall, ToolResult, TurnContext } from "./turn.ts";

/** One attempt at a model, as it was made. */
export interface AttemptTrace extends Pick<LlmCall, "step" | "attempt" | "outcome" | "errorClass"> {
  model: string;
  promptVersion: string;
  promptHash: string;
  messages: readonly { role: string; content: string }[];
  /** As it was read; its raw text where it could not be; null: there was none. */
  answer: unknown;
}

/** What a turn knew when it thought, as it is kept: redacted, and each message with its place. */
export interface TurnSeen
  extends Omit<
    TurnContext,
    | "organizationId"
    | "conversationId"
    | "leadId"
    | "turnId"
    | "messages"
    | "prompts"
    | "window"
    | "now"
  > {
  /** ISO 8601, business time. */
  now: string;
  window: { serviceUntil: string | null };
  messages: readonly (Omit<ContextMessage, "sentAt"> & { seq: number; sentAt: string })[];
}

/** An attempt as it is kept. Instructions are named by their hash, data is what was seen. */
export interface KeptAttempt extends Omit<AttemptTrace, "messages"> {
  /** What was asked beyond the first request: to repair an answer, or to write it again. */
  asked: string | null;
}

/** What one gate said of one draft: 1 is the first, 2 the rewrite. */
export interface KeptCheck {
  draft: number;
  gate: GateName;
  ok: boolean;
  findings: readonly { text: string; reason: string }[];
}

/** All that is kept of one turn's thinking, until it expires. */
export interface TurnTrace {
  seen: TurnSeen;
  attempts: readonly KeptAttempt[];
  checks: readonly KeptCheck[];
  /** What our own systems answered. */
  toolResults: readonly ToolResult[];
}
