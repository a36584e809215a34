import { groundsOf } from "../funnel/gates/grounds.ts";
import { judgeDraft, MAX_REPLY_CHARS } from "../funnel/guardrails.ts";
import { type Ruled, ruleOn } from "../funnel/rulings.ts";
import { heldBack } from "../funnel/transcript.ts";
import type { Thought, ToolResult, TurnContext } from "../funnel/turn.ts";
import { shorten } from "../lib/shorten.ts";
import { MemoryAnswer, MouthAnswer, parseAnswer, parseDecision } from "./answers.ts";
import { ask, type NoAnswer, type Question, type Run } from "./ask.ts";
import { brainPrompt } from "./prompts/brain.ts";
import { type MemoryInput, memoryPrompt } from "./prompts/memory.ts";
import { mouthPrompt } from "./prompts/mouth.ts";
import { followedBy, instructionsOf } from "./prompts/prompt.ts";
import { type ModelOptions, type RunTools, starter, type ThinkingRun } from "./run.ts";

interface SummaryInput extends MemoryInput {
  organizationId: string;
  conversationId: string;
}

type Summary = { kind: "summary"; text: string } | NoAnswer;

export interface Thinker {
  /**
   * One turn: decide, write, check. Rejects with `model_unavailable` (details may hold
   * `retryAfterMs`) when no model could be reached in time, and with the signal's AppError, else
   * `deadline_exceeded`, when the signal aborts. Everything else is a Thought.
   */
  think(context: TurnContext, run: ThinkingRun & { runTools: RunTools }): Promise<Thought>;
  /** The new rolling summary. Rejects like `think`. */
  summarise(input: SummaryInput, run: ThinkingRun): Promise<Summary>;
}

/** The thinking layer over one model API. Between runs it knows no more than how its server does. */
export function createThinker(options: ModelOptions): Thinker {
  const start = starter(options);
  return {
    think: (context, { runTools, ...run }) =>
      think(start(run, context.organizationId), context, runTools),
    summarise: async (input, run) => {
      const prompt = memoryPrompt(input);
      const parse = (content: string) => parseAnswer(MemoryAnswer, content);
      const answer = await ask(start(run, input.organizationId), {
        ...{ prompt, messages: prompt.messages, parse },
      });
      return answer.kind !== "answer" ? answer : { kind: "summary", text: answer.value.summary };
    },
  };
}

async function think(run: Run, context: TurnContext, runTools: RunTools): Promise<Thought> {
  const prompt = brainPrompt(context);
  const parse = (content: string) => parseDecision(content, context.ctas);
  const brain = await ask(run, { prompt, messages: prompt.messages, parse });
  if (brain.kind !== "answer") return brain;
  const isUnsure = context.messages.some(({ isNew, heard }) => isNew && heard === "unclear");
  const ruled = ruleOn(isUnsure ? heldBack(brain.value) : brain.value, context);
  const { decision } = ruled;
  // `wait_schedule` means: say nothing now, whatever else was answered.
  if (!decision.shouldRespond || decision.action === "wait_schedule") {
    return { kind: "no_reply", ...ruled };
  }
  return await speak(run, context, ruled, await runTools(decision), instructionsOf(prompt));
}

/**
 * Writes the message, and once more if a gate stops it, told why: the rewrite passes the same gates. A
 * draft that none lets pass is blocked; what the lead gets instead is fixed, never a model's words.
 */
async function speak(
  run: Run,
  context: TurnContext,
  ruled: Ruled,
  toolResults: readonly ToolResult[],
  brainInstructions: string,
): Promise<Thought> {
  const prompt = mouthPrompt(context, ruled.decision, toolResults);
  const parse = (content: string) => parseAnswer(MouthAnswer, content);
  const question: Question<{ text: string }> = { prompt, messages: prompt.messages, parse };
  const instructions = [brainInstructions, instructionsOf(prompt)];
  const grounds = groundsOf(context, ruled.decision, toolResults, instructions);

  const first = await ask(run, question);
  if (first.kind !== "answer") return first;
  const draft = first.value.text.trim();
  const verdict = judgeDraft(draft, grounds);
  const gates = verdict.reports;
  if (verdict.ok) return { kind: "reply", ...ruled, text: draft, gates };

  const request = `This message cannot be sent. ${verdict.advice} Write it again.`;
  const messages = followedBy(prompt.messages, JSON.stringify({ text: draft }), request);
  const second = await ask(run, { ...question, messages });
  if (second.kind !== "answer") {
    return { kind: "blocked", ...ruled, draft, reason: verdict.reason, gates };
  }
  // Still too long: the lead gets its first sentences, if these pass the gates by themselves.
  const text = shorten(second.value.text.trim(), MAX_REPLY_CHARS);
  const again = judgeDraft(text, grounds, 2);
  const all = [...gates, ...again.reports];
  if (again.ok) return { kind: "reply", ...ruled, text, gates: all };
  return { kind: "blocked", ...ruled, draft: text, reason: again.reason, gates: all };
}
