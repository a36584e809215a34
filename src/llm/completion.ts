import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { LlmCall } from "../funnel/turn.ts";
import type { Parsed } from "./answers.ts";
import { consistent, noUsage, type Usage as UsedTokens } from "./usage.ts";

const text = Type.Union([Type.String(), Type.Null()]);
const count = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]);

/** What is read of a chat completion. Compatible servers leave out much of the rest. */
const Completion = Type.Object({
  id: Type.Optional(text),
  model: Type.Optional(text),
  service_tier: Type.Optional(text),
  choices: Type.Array(
    Type.Object({
      finish_reason: Type.Optional(text),
      message: Type.Object({ content: Type.Optional(text), refusal: Type.Optional(text) }),
    }),
    { minItems: 1 },
  ),
  usage: Type.Optional(Type.Unknown()),
});

const Usage = Type.Object({
  prompt_tokens: Type.Optional(count),
  completion_tokens: Type.Optional(count),
  prompt_tokens_details: Type.Optional(
    Type.Union([
      Type.Object({
        cached_tokens: Type.Optional(count),
        cache_write_tokens: Type.Optional(count),
        audio_tokens: Type.Optional(count),
      }),
      Type.Null(),
    ]),
  ),
  completion_tokens_details: Type.Optional(
    Type.Union([Type.Object({ reasoning_tokens: Type.Optional(count) }), Type.Null()]),
  ),
});

/** The facts of a response that belong on its call record, whatever its content is worth. */
export type ResponseFacts = UsedTokens &
  Pick<LlmCall, "responseModel" | "responseId" | "serviceTier" | "finishReason">;

export const noResponse: ResponseFacts = {
  responseModel: null,
  responseId: null,
  serviceTier: null,
  finishReason: null,
  ...noUsage,
};

/** What a response amounts to. `problem` is what to tell the model when it is asked again. */
export type Reading<T> =
  | { kind: "answer"; value: T }
  | {
      kind: "unusable";
      outcome: "refused" | "invalid_json";
      errorClass: string;
      problem: string;
      content: string;
    };

/** The completion in a response body, or null if the body is none (a proxy's page, cut JSON …). */
export function asCompletion(body: unknown): Static<typeof Completion> | null {
  return Value.Check(Completion, body) ? body : null;
}

/** Inclusive numbers exactly as the provider counts them; null where it says nothing. */
export function responseFacts(completion: Static<typeof Completion>): ResponseFacts {
  const usage = Value.Check(Usage, completion.usage) ? completion.usage : {};
  return {
    responseModel: completion.model ?? null,
    responseId: completion.id ?? null,
    serviceTier: completion.service_tier ?? null,
    finishReason: completion.choices[0]?.finish_reason ?? null,
    ...consistent({
      inputTokens: usage.prompt_tokens ?? null,
      cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? null,
      cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? null,
      outputTokens: usage.completion_tokens ?? null,
      reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? null,
      audioTokens: usage.prompt_tokens_details?.audio_tokens ?? null,
      audioSeconds: null,
    }),
  };
}

/** Judges the first choice: refusal, cut off, empty, not what was asked for, or an answer. */
export function readCompletion<T>(
  completion: Static<typeof Completion>,
  parse: (content: string) => Parsed<T>,
): Reading<T> {
  const choice = completion.choices[0];
  const content = choice?.message.content ?? "";
  const unusable = (outcome: "refused" | "invalid_json", errorClass: string, problem: string) =>
    ({ kind: "unusable", outcome, errorClass, problem, content }) as const;

  if (choice?.message.refusal) {
    return unusable("refused", "refusal", "You refused. Decide within the rules and answer.");
  }
  if (choice?.finish_reason === "content_filter") {
    return unusable("refused", "content_filter", "The answer was filtered. Word it neutrally.");
  }
  if (choice?.finish_reason === "length") {
    return unusable("invalid_json", "truncated", "The answer was cut off. Be much shorter.");
  }
  if (content.trim() === "") {
    return unusable("invalid_json", "empty", "The answer was empty.");
  }
  const parsed = parse(content);
  if (parsed.ok) return { kind: "answer", value: parsed.value };
  return unusable("invalid_json", "schema", parsed.problem);
}
