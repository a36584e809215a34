import { isJsonObject } from "../../lib/json.ts";
import { pushBounded } from "../bounded.ts";
import { openAiTraits, type ServerTraits } from "./server.ts";

export type ModelStep = "brain" | "mouth" | "memory" | "describe" | "transcribe";

/** One answer said instead of the rules' own. */
export interface ScriptLine {
  step: ModelStep;
  /** The answer; an object is laid over the rules' answer. */
  json?: unknown;
  /** The answer as raw text; wins over `json`. */
  text?: string;
  /** Only for a prompt that contains this. */
  match?: { text: string };
  delayMs?: number;
}

/** One answered or spoiled request, for tests and curious people. */
export interface ModelCall {
  /** ISO 8601, business time. */
  at: string;
  step: ModelStep | null;
  model: string;
  /** The last user message, cut to 20,000 characters. */
  prompt: string;
  answer: string;
  outcome: string;
}

/** What the model is told to say and what it was asked. */
export interface ModelDesk {
  queue(line: ScriptLine): void;
  /** Takes the next line of that step whose match fits the prompt. */
  next(step: ModelStep | null, prompt: string): ScriptLine | undefined;
  clearScript(): number;
  setLatency(latencyMs: number): void;
  latencyMs(): number;
  setServer(traits: Partial<ServerTraits>): void;
  server(): ServerTraits;
  note(call: ModelCall): void;
  /** `calls` counts by step since the start or reset; `latest` holds the newest, oldest first. */
  state(): ModelState;
  reset(): void;
}

export interface ModelState {
  latencyMs: number;
  server: ServerTraits;
  script: readonly ScriptLine[];
  calls: Readonly<Record<string, number>>;
  latest: readonly ModelCall[];
}

const MAX_LINES = 1_000;
const MAX_CALLS = 200;
const MAX_PROMPT_CHARS = 20_000;

export function createModelDesk(initialLatencyMs: number): ModelDesk {
  let latencyMs = initialLatencyMs;
  let server = openAiTraits;
  const script: ScriptLine[] = [];
  const latest: ModelCall[] = [];
  const counts = new Map<string, number>();
  const clearScript = () => script.splice(0).length;
  return {
    queue: (line) => pushBounded(script, line, MAX_LINES),
    next(step, prompt) {
      const index = script.findIndex(
        (line) => line.step === step && (!line.match || prompt.includes(line.match.text)),
      );
      return index < 0 ? undefined : script.splice(index, 1)[0];
    },
    clearScript,
    setLatency(newLatencyMs) {
      latencyMs = newLatencyMs;
    },
    latencyMs: () => latencyMs,
    setServer(traits) {
      server = { ...server, ...traits };
    },
    server: () => server,
    note(call) {
      const step = call.step ?? "other";
      counts.set(step, (counts.get(step) ?? 0) + 1);
      pushBounded(latest, { ...call, prompt: call.prompt.slice(0, MAX_PROMPT_CHARS) }, MAX_CALLS);
    },
    state: () => ({ latencyMs, server, script, calls: Object.fromEntries(counts), latest }),
    reset() {
      clearScript();
      latest.length = 0;
      counts.clear();
      latencyMs = initialLatencyMs;
      server = openAiTraits;
    },
  };
}

/** The scripted text, laid over what the rules would have said. */
export function scriptedAnswer(line: ScriptLine, ruled: string): string {
  if (line.text !== undefined) return line.text;
  const answer: unknown = JSON.parse(ruled);
  if (isJsonObject(answer) && isJsonObject(line.json)) {
    return JSON.stringify({ ...answer, ...line.json });
  }
  return JSON.stringify(line.json ?? answer);
}
