import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { LlmCall } from "../funnel/turn.ts";
import { consistent, noUsage, type Usage as UsedTokens } from "./usage.ts";

const text = Type.Union([Type.String(), Type.Null()]);
const count = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]);

/** Some servers tell thoughts and text apart so. */
const ContentPart = Type.Object({ text: Type.Optional(text) });
const ToolCall = Type.Object({
  function: Type.Optional(Type.Object({ arguments: Type.String() })),
});

/** What is read of a chat completion. Compatible servers leave out much of the rest. */
export const Completion = Type.Object({
  id: Type.Optional(text),
  model: Type.Optional(text),
  service_tier: Type.Optional(text),
  choices: Type.Array(
    Type.Object({
      finish_reason: Type.Optional(text),
      message: Type.Object({
        content: Type.Optional(Type.Union([text, Type.Array(ContentPart)])),
        refusal: Type.Optional(text),
        tool_calls: Type.Optional(Type.Union([Type.Array(ToolCall), Type.Null()])),
      }),
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
