import type { ChatCompletion } from "openai/resources/chat/completions";
import { newId } from "../../lib/ids.ts";
import type { ModelStep } from "./desk.ts";
import { type ChatRequest, orderedForm } from "./prompt.ts";
import { countTokens, type PrefixCache } from "./tokens.ts";

/** The dated release that answers, as OpenAI names another model than the one asked for. */
const RELEASE = "2026-10-01";

/** Hidden thinking, counted within the completion like OpenAI does. */
const reasoningTokens: Readonly<Record<ModelStep, number>> = {
  brain: 64,
  mouth: 0,
  memory: 0,
  describe: 0,
  transcribe: 0,
};

/** What the model says, and how it ends. */
export interface Utterance {
  content: string | null;
  refusal: string | null;
  finishReason: "stop" | "length" | "content_filter";
}

/** One chat completion as OpenAI writes it on the wire. */
export function completionFor(
  request: ChatRequest,
  step: ModelStep | null,
  { content, refusal, finishReason }: Utterance,
  cache: PrefixCache,
  createdAt: Date,
): ChatCompletion {
  const prompt = JSON.stringify([request.messages, request.response_format, request.tools]);
  const { isTool, name } = orderedForm(request);
  const called = isTool && content !== null ? toolCall(name ?? "", content) : null;
  const reasoning = step === null ? 0 : reasoningTokens[step];
  const promptTokens = countTokens(prompt);
  const completionTokens = countTokens(content ?? refusal ?? "") + reasoning;
  return {
    id: `chatcmpl-${newId().replaceAll("-", "")}`,
    object: "chat.completion",
    created: Math.floor(createdAt.getTime() / 1_000),
    model: `${request.model}-${RELEASE}`,
    choices: [
      {
        index: 0,
        message: called
          ? { role: "assistant", content: null, refusal, tool_calls: [called] }
          : { role: "assistant", content, refusal },
        finish_reason: called && finishReason === "stop" ? "tool_calls" : finishReason,
        logprobs: null,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: {
        cached_tokens: cache.cachedTokens(request.model, prompt),
        audio_tokens: 0,
      },
      completion_tokens_details: {
        reasoning_tokens: reasoning,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
  };
}

function toolCall(name: string, text: string) {
  const id = `call_${newId().replaceAll("-", "")}`;
  return { id, type: "function" as const, function: { name, arguments: text } };
}
