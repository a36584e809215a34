import { Histogram, type Registry } from "prom-client";
import {
  DURATION_BUCKETS,
  GEN_AI,
  GEN_AI_METRICS,
  prometheusName,
  TOKEN_BUCKETS,
} from "../lib/gen-ai.ts";
import { boundedLabels } from "./metric-labels.ts";

export interface ModelUsage {
  step: string;
  provider: string;
  requestModel: string;
  /** Null: none answered. */
  responseModel: string | null;
  outcome: string;
  durationMs: number;
  /** Null: nobody said. */
  inputTokens: number | null;
  cachedTokens: number | null;
  cacheWriteTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  /** Null when the price is unknown. */
  costUsd: number | null;
}

/** By OpenTelemetry's names, so that ready-made boards know them. Ids and texts are no labels. */
export function genAiMetrics(registry: Registry) {
  const bounded = boundedLabels();
  const names = [
    ...[GEN_AI.operationName, GEN_AI.providerName, GEN_AI.requestModel, GEN_AI.responseModel],
    GEN_AI.promptName,
  ];
  const conventional = (name: string, help: string, labels: string[], buckets: number[]) =>
    new Histogram({
      ...{ name: prometheusName(name), help, buckets, registers: [registry] },
      labelNames: labels.map(prometheusName),
    });
  const duration = conventional(
    `${GEN_AI_METRICS.duration}_seconds`,
    "Model calls, every attempt.",
    [...names, GEN_AI.errorType],
    DURATION_BUCKETS,
  );
  const tokens = conventional(
    GEN_AI_METRICS.tokens,
    "Tokens of a call, as its provider counts.",
    [...names, GEN_AI.tokenType],
    TOKEN_BUCKETS,
  );
  return (usage: ModelUsage) => {
    const spelled = (labels: Readonly<Record<string, string>>) =>
      bounded(
        Object.fromEntries(
          Object.entries(labels).map(([name, value]) => [prometheusName(name), value]),
        ),
      );
    const labels = {
      [GEN_AI.operationName]: usage.step === "transcribe" ? "transcription" : "chat",
      [GEN_AI.providerName]: usage.provider,
      [GEN_AI.requestModel]: usage.requestModel,
      [GEN_AI.responseModel]: usage.responseModel ?? "none",
      [GEN_AI.promptName]: usage.step,
    };
    const isOk = usage.outcome === "ok";
    duration.observe(
      spelled(isOk ? labels : { ...labels, [GEN_AI.errorType]: usage.outcome }),
      usage.durationMs / 1000,
    );
    for (const [type, count] of [
      ["input", usage.inputTokens],
      ["output", usage.outputTokens],
    ] as const) {
      if (count !== null) tokens.observe(spelled({ ...labels, [GEN_AI.tokenType]: type }), count);
    }
  };
}
