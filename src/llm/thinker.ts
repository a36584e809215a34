import { judgeDraft, MAX_REPLY_CHARS } from "../funnel/guardrails.ts";
import { heldBack } from "../funnel/transcript.ts";
import type { BrainDecision, Thought, ToolResult, TurnContext } from "../funnel/turn.ts";
import { shorten } from "../lib/shorten.ts";
import { MemoryAnswer, MouthAnswer, parseAnswer, parseDecision } from "./answers.ts";
import { ask, type NoAnswer, type Question, type Run } from "./ask.ts";
import { brainPrompt } from "./prompts/brain.ts";
import { type MemoryInput, memoryPrompt } from "./prompts/memory.ts";
import { mouthPrompt } from "./prompts/mouth.ts";
import { followedBy } from "./prompts/prompt.ts";
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

/** The thinking layer over one model API. Holds no state between runs. */
export function createThinker(options: ModelOptions): Thinker {
  const start = starter(options);
  return {
    think: (context, { runTools, ...run }) => think(start(run), context, runTools),
    summarise: async (input, run) => {
      const prompt = memoryPrompt(input);
      const parse = (content: string) => parseAnswer(MemoryAnswer, content);
      const answer = await ask(start(run), { prompt, messages: prompt.messages, parse });
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
  const decision = isUnsure ? heldBack(brain.value) : brain.value;
  // `wait_schedule` means: say nothing now, whatever else was answered.
  if (!decision.shouldRespond || decision.action === "wait_schedule") {
    return { kind: "no_reply", decision };
  }
  return await speak(run, context, decision, await runTools(decision));
}

/** Writes the message, and once more if a gate stops it: the rewrite passes the same gates. */
async function speak(
  run: Run,
  context: TurnContext,
  decision: BrainDecision,
  toolResults: readonly ToolResult[],
): Promise<Thought> {
  const prompt = mouthPrompt(context, decision, toolResults);
  const parse = (content: string) => parseAnswer(MouthAnswer, content);
  const question: Question<{ text: string }> = { prompt, messages: prompt.messages, parse };

  const grounds = { ctas: context.ctas, facts: [...context.facts, ...foundFacts(toolResults)] };

  const first = await ask(run, question);
  if (first.kind !== "answer") return first;
  const draft = first.value.text.trim();
  const verdict = judgeDraft(draft, grounds);
  if (verdict.ok) return { kind: "reply", decision, text: draft };

  const request = `This message cannot be sent. ${verdict.advice} Write it again.`;
  const messages = followedBy(prompt.messages, JSON.stringify({ text: draft }), request);
  const second = await ask(run, { ...question, messages });
  if (second.kind !== "answer") {
    return { kind: "blocked", decision, draft, reason: verdict.reason };
  }
  // Still too long: the lead gets its first sentences, if these pass the gates by themselves.
  const rewritten = shorten(second.value.text.trim(), MAX_REPLY_CHARS);
  const secondVerdict = judgeDraft(rewritten, grounds);
  if (secondVerdict.ok) return { kind: "reply", decision, text: rewritten };
  return { kind: "blocked", decision, draft: rewritten, reason: secondVerdict.reason };
}

function foundFacts(results: readonly ToolResult[]) {
  return results.flatMap((result) => (result.tool === "look_up_fact" ? result.facts : []));
}
