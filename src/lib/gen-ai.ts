/**
 * Names of OpenTelemetry's semantic conventions for generative AI, as of version 1.37.0 (still in
 * development: names have moved before). Whatever leaves the product about model calls takes its names
 * from here.
 */
export const GEN_AI = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  finishReasons: "gen_ai.response.finish_reasons",
  promptName: "gen_ai.prompt.name",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cachedTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  tokenType: "gen_ai.token.type",
  errorType: "error.type",
} as const;

export const GEN_AI_METRICS = {
  /** Seconds. */
  duration: "gen_ai.client.operation.duration",
  /** Tokens of one call, by `gen_ai.token.type`: input or output, both inclusive. */
  tokens: "gen_ai.client.token.usage",
} as const;

/** The convention's own boundaries. */
export const DURATION_BUCKETS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);
export const TOKEN_BUCKETS = Array.from({ length: 14 }, (_, power) => 4 ** power);

/** A name as Prometheus spells it. */
export const prometheusName = (name: string) => name.replaceAll(".", "_");
