import type { AttemptTrace } from "../funnel/trace.ts";
import type { BrainDecision, LlmCall, ToolResult } from "../funnel/turn.ts";
import type { Log } from "../lib/log.ts";
import type { Run } from "./ask.ts";
import { createProvider } from "./provider.ts";

export interface ModelOptions {
  /** Of an OpenAI-compatible API, with its version path (`…/v1`). */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Asked when the first model cannot be reached or gives nothing usable. */
  fallbackModel: string | null;
  log: Log;
}

export interface ThinkingRun {
  /** For all calls together, from now. */
  deadlineMs: number;
  signal: AbortSignal;
  /** Stores one attempt; awaited, also for attempts that failed. A rejection ends the run. */
  onCall: (call: LlmCall) => Promise<void>;
  /** Hears of each attempt what was sent and answered. */
  onAttempt?: (attempt: AttemptTrace) => void;
}

/** Does what a decision asks of our own systems; a rejection ends the run. */
export type RunTools = (decision: BrainDecision) => Promise<readonly ToolResult[]>;

/** Begins runs over one model API and its fallback. Holds no state between them. */
export function starter(options: ModelOptions): (run: ThinkingRun) => Run {
  const { model, fallbackModel, log } = options;
  const provider = createProvider(options);
  return ({ deadlineMs, signal, onCall, onAttempt = () => {} }) => ({
    provider,
    models: fallbackModel === null || fallbackModel === model ? [model] : [model, fallbackModel],
    endsAtMs: performance.now() + deadlineMs,
    signal,
    onCall,
    onAttempt,
    log,
    attempts: new Map(),
  });
}
