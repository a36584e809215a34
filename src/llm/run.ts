import type { AttemptTrace } from "../funnel/trace.ts";
import type { BrainDecision, LlmCall, ToolResult } from "../funnel/turn.ts";
import type { Log } from "../lib/log.ts";
import type { Reserve, Run } from "./ask.ts";
import { createProvider } from "./provider.ts";
import type { Traffic } from "./traffic.ts";

export interface ModelOptions {
  /** Of an OpenAI-compatible API, with its version path (`…/v1`). */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Asked when the first model cannot be reached or gives nothing usable. */
  fallbackModel: string | null;
  /** Shared by all that ask the same server. */
  traffic: Traffic;
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
  /** Awaited before each attempt. Without it nothing is held back: what nobody's budget pays for. */
  reserve?: Reserve;
}

/** Does what a decision asks of our own systems; a rejection ends the run. */
export type RunTools = (decision: BrainDecision) => Promise<readonly ToolResult[]>;

/** Begins runs of an organization over one model API and its fallback. */
export function starter(options: ModelOptions): (run: ThinkingRun, organizationId: string) => Run {
  const { model, fallbackModel, traffic, log } = options;
  const provider = createProvider(options);
  return ({ deadlineMs, signal, onCall, onAttempt = () => {}, reserve }, organizationId) => ({
    organizationId,
    provider,
    traffic,
    models: fallbackModel === null || fallbackModel === model ? [model] : [model, fallbackModel],
    endsAtMs: performance.now() + deadlineMs,
    signal,
    onCall,
    onAttempt,
    reserve: reserve ?? (async () => true),
    log,
    attempts: new Map(),
  });
}
