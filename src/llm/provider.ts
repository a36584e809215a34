import type OpenAI from "openai";
import type { LlmCall } from "../funnel/turn.ts";
import type { Parsed } from "./answers.ts";
import type { Reserve } from "./ask.ts";
import { boundsOfQuestion, MAX_OUTPUT_TOKENS } from "./bounds.ts";
import { call, malformedResponse, openClient, providerName, throwIfAborted } from "./client.ts";
import {
  asCompletion,
  noResponse,
  type Reading,
  readCompletion,
  responseFacts,
} from "./completion.ts";
import type { Prompt, PromptMessage } from "./prompts/prompt.ts";
import type { Failure } from "./transport-failure.ts";
import { neverEnded, sourceOf } from "./usage.ts";

interface Attempt<T> {
  model: string;
  prompt: Prompt;
  /** The prompt's messages, possibly followed by a repair request. */
  messages: readonly PromptMessage[];
  /** As a data: address. */
  image?: string | undefined;
  /** Which attempt of its step this is, from 1. */
  attempt: number;
  timeoutMs: number;
  signal: AbortSignal;
  parse: (content: string) => Parsed<T>;
  /** Stores the record; awaited before the attempt returns or throws. */
  onCall: (call: LlmCall) => Promise<void>;
  reserve: Reserve;
}

export type AttemptResult<T> = Reading<T> | Failure | { kind: "out_of_budget" };

export interface Provider {
  /**
   * Calls the model once, if the budget allows, and hands exactly one record to `onCall`, whatever
   * happens. Rejects only when `signal` aborts (see `abortError`) or `reserve` or `onCall` does.
   */
  attempt<T>(attempt: Attempt<T>): Promise<AttemptResult<T>>;
}

/** A client for any server that speaks OpenAI's chat completions. It never retries by itself. */
export function createProvider({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): Provider {
  const client = openClient({ baseUrl, apiKey });
  const provider = providerName(baseUrl);
  return {
    attempt: async (attempt) => {
      throwIfAborted(attempt.signal);
      const started = startedCall(attempt, provider);
      const { prompt, messages, image } = attempt;
      const bounds = boundsOfQuestion({ messages, schema: prompt.schema, image });
      if (!(await attempt.reserve(started, bounds))) return { kind: "out_of_budget" };
      const startedMs = performance.now();
      const { result, facts } = await request(client, attempt);
      await attempt.onCall({
        ...started,
        latencyMs: Math.round(performance.now() - startedMs),
        ...facts,
        usageSource: sourceOf(facts, result.kind === "failure" ? result : null),
        outcome: result.kind === "answer" ? "ok" : result.outcome,
        errorClass: result.kind === "answer" ? null : result.errorClass,
      });
      if (result.kind === "failure" && result.outcome === "aborted") throwIfAborted(attempt.signal);
      return result;
    },
  };
}

function startedCall<T>({ prompt, model, attempt }: Attempt<T>, provider: string): LlmCall {
  return neverEnded({
    step: prompt.name,
    attempt,
    provider,
    requestModel: model,
    promptName: prompt.name,
    promptVersion: prompt.version,
    promptHash: prompt.hash,
  });
}

async function request<T>(client: OpenAI, attempt: Attempt<T>) {
  const { model, prompt, messages, image, timeoutMs } = attempt;
  const answer = await call(attempt, (options) =>
    client.chat.completions.create(
      {
        model,
        messages: wireMessages(messages, image),
        max_completion_tokens: MAX_OUTPUT_TOKENS,
        response_format: {
          type: "json_schema",
          json_schema: { name: prompt.name, strict: true, schema: prompt.schema },
        },
      },
      { ...options, timeout: timeoutMs + 1_000 },
    ),
  );
  if (!answer.ok) return { result: answer.failure, facts: noResponse };
  const completion = asCompletion(answer.body);
  if (completion === null) return { result: malformedResponse, facts: noResponse };
  return { result: readCompletion(completion, attempt.parse), facts: responseFacts(completion) };
}

/** The picture goes with the last message of the user. */
function wireMessages(
  messages: readonly PromptMessage[],
  image: string | undefined,
): OpenAI.ChatCompletionMessageParam[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.map(({ role, content }, index) =>
    role === "user" && image !== undefined && index === last
      ? {
          role,
          content: [
            { type: "text", text: content },
            { type: "image_url", image_url: { url: image, detail: "auto" } },
          ],
        }
      : { role, content },
  );
}
