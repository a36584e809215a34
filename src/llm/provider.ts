import OpenAI from "openai";
import type { LlmCall } from "../funnel/turn.ts";
import { systemClock } from "../lib/clock.ts";
import { AppError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import type { Parsed } from "./answers.ts";
import {
  asCompletion,
  noResponse,
  type Reading,
  readCompletion,
  responseFacts,
} from "./completion.ts";
import type { Prompt, PromptMessage } from "./prompts/prompt.ts";
import { classifyFailure, type Failure } from "./transport-failure.ts";

/** Room for hidden reasoning as well; the answers themselves are a few hundred tokens. */
const MAX_OUTPUT_TOKENS = 4_000;

interface Attempt<T> {
  model: string;
  prompt: Prompt;
  /** The prompt's messages, possibly followed by a repair request. */
  messages: readonly PromptMessage[];
  /** Which attempt of its step this is, from 1. */
  attempt: number;
  timeoutMs: number;
  signal: AbortSignal;
  parse: (content: string) => Parsed<T>;
  /** Stores the record; awaited before the attempt returns or throws. */
  onCall: (call: LlmCall) => Promise<void>;
}

export type AttemptResult<T> = Reading<T> | Failure;

export interface Provider {
  /**
   * Calls the model once and hands exactly one record to `onCall`, whatever happens. Rejects only
   * when `signal` aborts (see `abortError`) or `onCall` does.
   */
  attempt<T>(attempt: Attempt<T>): Promise<AttemptResult<T>>;
}

/** A client for any server that speaks OpenAI's chat completions. It never retries by itself. */
export function createProvider({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): Provider {
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    maxRetries: 0,
    // Explicit, because the SDK would otherwise read the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
  });
  const provider = providerName(baseUrl);
  return {
    attempt: async (attempt) => {
      throwIfAborted(attempt.signal);
      const startedAt = systemClock.now();
      const startedMs = performance.now();
      const { result, facts } = await request(client, attempt);
      await attempt.onCall({
        id: newId(),
        step: attempt.prompt.name,
        attempt: attempt.attempt,
        provider,
        requestModel: attempt.model,
        promptName: attempt.prompt.name,
        promptVersion: attempt.prompt.version,
        promptHash: attempt.prompt.hash,
        startedAt,
        latencyMs: Math.round(performance.now() - startedMs),
        ...facts,
        outcome: result.kind === "answer" ? "ok" : result.outcome,
        errorClass: result.kind === "answer" ? null : result.errorClass,
      });
      if (result.kind === "failure" && result.outcome === "aborted") throwIfAborted(attempt.signal);
      return result;
    },
  };
}

async function request<T>(client: OpenAI, attempt: Attempt<T>) {
  const { model, prompt, messages, signal, timeoutMs } = attempt;
  // Not AbortSignal.any: with one signal for the life of a process, each combination would stay.
  const cut = new AbortController();
  const stop = () => cut.abort();
  signal.addEventListener("abort", stop, { once: true });
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    cut.abort();
  }, timeoutMs);
  try {
    const body: unknown = await client.chat.completions.create(
      {
        model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        max_completion_tokens: MAX_OUTPUT_TOKENS,
        response_format: {
          type: "json_schema",
          json_schema: { name: prompt.name, strict: true, schema: prompt.schema },
        },
      },
      // The SDK's own timer is only a backstop; ours also covers a body that never ends.
      { signal: cut.signal, timeout: timeoutMs + 1_000 },
    );
    const completion = asCompletion(body);
    if (completion === null) return { result: malformed, facts: noResponse };
    return {
      result: readCompletion(completion, attempt.parse),
      facts: responseFacts(completion),
    };
  } catch (error) {
    const result = classifyFailure(error, { aborted: signal.aborted, expired });
    return { result, facts: noResponse };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

const malformed: Failure = {
  kind: "failure",
  outcome: "error",
  errorClass: "malformed_response",
  retryAfterMs: null,
  permanent: false,
};

/** Throws if the run was called off: the signal's own AppError, else `deadline_exceeded`. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof AppError) throw signal.reason;
  throw new AppError("deadline_exceeded", "Thinking was called off.", {}, signal.reason);
}

/** Whose prices apply: known hosts by name, others by host, so that a stranger is never mispriced. */
export function providerName(baseUrl: string): string {
  const { hostname, pathname } = new URL(baseUrl);
  if (hostname === "api.openai.com" || hostname.endsWith(".api.openai.com")) return "openai";
  return pathname.startsWith("/simulator/") ? "simulator" : hostname;
}
