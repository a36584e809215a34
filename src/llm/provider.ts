import type OpenAI from "openai";
import type { LlmCall } from "../funnel/turn.ts";
import type { Parsed } from "./answers.ts";
import type { Reserve } from "./ask.ts";
import { boundsOfQuestion } from "./bounds.ts";
import { call, malformedResponse, openClient, providerName, throwIfAborted } from "./client.ts";
import { asCompletion, noResponse, responseFacts } from "./completion.ts";
import type { Dialect } from "./dialect.ts";
import { createDialects, type Dialects } from "./dialects.ts";
import type { Prompt, PromptMessage } from "./prompts/prompt.ts";
import { type Reading, readCompletion } from "./reading.ts";
import type { Failure } from "./transport-failure.ts";
import { neverEnded, sourceOf } from "./usage.ts";
import { chatRequest } from "./wire.ts";

interface Attempt<T> {
  model: string;
  prompt: Prompt;
  /** The prompt's messages, possibly followed by a repair request. */
  messages: readonly PromptMessage[];
  /** As a data: address. */
  image?: string | undefined;
  maxOutputTokens: number;
  /** Which attempt of its step this is, from 1. */
  attempt: number;
  timeoutMs: number;
  signal: AbortSignal;
  parse: (content: string) => Parsed<T>;
  /** Stores the record; awaited before the attempt returns or throws. */
  onCall: (call: LlmCall) => Promise<void>;
  reserve: Reserve;
}

/** The server does not know a way of asking; the same question will be put to it in another one. */
export interface Reworded {
  kind: "reworded";
  outcome: "error";
  errorClass: "unsupported";
}

export type AttemptResult<T> = Reading<T> | Failure | { kind: "out_of_budget" };

export interface Provider {
  /**
   * Calls the model once, if the budget allows, and hands exactly one record to `onCall`, whatever
   * happens. Rejects only when `signal` aborts (see `abortError`) or `reserve` or `onCall` does.
   */
  attempt<T>(attempt: Attempt<T>): Promise<AttemptResult<T> | Reworded>;
}

/** A client for any server that speaks OpenAI's chat completions. It never retries by itself. */
export function createProvider({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): Provider {
  const client = openClient({ baseUrl, apiKey });
  const dialects = createDialects();
  const provider = providerName(baseUrl);
  return {
    attempt: async (attempt) => {
      throwIfAborted(attempt.signal);
      const started = startedCall(attempt, provider);
      const { prompt, messages, image, maxOutputTokens } = attempt;
      const bounds = boundsOfQuestion({ messages, schema: prompt.schema, image, maxOutputTokens });
      if (!(await attempt.reserve(started, bounds))) return { kind: "out_of_budget" };
      const startedMs = performance.now();
      const { result, facts } = await request(client, dialects, attempt);
      await attempt.onCall({
        ...started,
        latencyMs: Math.round(performance.now() - startedMs),
        ...facts,
        usageSource: sourceOf(facts, unbilled(result)),
        outcome: result.kind === "answer" ? "ok" : result.outcome,
        errorClass: result.kind === "answer" ? null : result.errorClass,
      });
      if (result.kind === "failure" && result.outcome === "aborted") throwIfAborted(attempt.signal);
      return result;
    },
  };
}

/** A server that does not know a way of asking has answered nothing that could cost. */
function unbilled(result: Reading<unknown> | Failure | Reworded): { unbilled?: true } | null {
  if (result.kind === "reworded") return { unbilled: true };
  return result.kind === "failure" ? result : null;
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

async function request<T>(client: OpenAI, dialects: Dialects, attempt: Attempt<T>) {
  const { model, timeoutMs } = attempt;
  const dialect = dialects.of(model);
  const answer = await call(attempt, (options) =>
    client.chat.completions.create(chatRequest(attempt, dialect), {
      ...options,
      timeout: timeoutMs + 1_000,
    }),
  );
  if (!answer.ok)
    return { result: readFailure(answer.failure, dialects, model, dialect), facts: noResponse };
  const completion = asCompletion(answer.body);
  if (completion === null) return { result: malformedResponse, facts: noResponse };
  const result = readCompletion(completion, attempt.parse);
  if (result.kind === "unusable" && result.errorClass === "schema") {
    dialects.learnFromAnswer(model, dialect, result.content, attempt.prompt.schema);
  }
  return { result, facts: responseFacts(completion) };
}

function readFailure(
  failure: Failure,
  dialects: Dialects,
  model: string,
  dialect: Dialect,
): Failure | Reworded | Extract<Reading<never>, { kind: "unusable" }> {
  const { complaint, rejectedAnswer: content } = failure;
  if (content !== undefined) {
    const problem = "The answer did not match the schema.";
    return { kind: "unusable", outcome: "invalid_json", errorClass: "schema", problem, content };
  }
  const learned = complaint && failure.outcome === "error";
  return learned && dialects.learnFromRefusal(model, dialect, complaint)
    ? { kind: "reworded", outcome: "error", errorClass: "unsupported" }
    : failure;
}
