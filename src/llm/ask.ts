import type { AttemptTrace } from "../funnel/trace.ts";
import type { LlmCall } from "../funnel/turn.ts";
import { AppError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { Parsed } from "./answers.ts";
import { throwIfAborted } from "./client.ts";
import { followedBy, type Prompt, type PromptMessage } from "./prompts/prompt.ts";
import type { AttemptResult, Provider } from "./provider.ts";
import type { Failure } from "./transport-failure.ts";

/** Below this no model answers: the attempt would only be paid for. */
const MIN_ATTEMPT_MS = 20;
/** Of the time left, what one model may take while another one stands ready to replace it. */
const SHARE_BEFORE_FALLBACK = 0.6;

/** One run of thinking: its deadline, and which models are still worth asking. */
export interface Run {
  provider: Provider;
  /** First choice first. A model that could not be reached is taken out for the rest of the run. */
  models: string[];
  /** `performance.now()` at which the whole run ends. */
  endsAtMs: number;
  signal: AbortSignal;
  onCall: (call: LlmCall) => Promise<void>;
  onAttempt: (attempt: AttemptTrace) => void;
  log: Log;
  /** Attempts so far per step. */
  attempts: Map<LlmCall["step"], number>;
}

/** A question to a model: the prompt, its messages, and how the answer is checked. */
export interface Question<T> {
  prompt: Prompt;
  messages: readonly PromptMessage[];
  /** A picture to look at, as a data: address. */
  image?: string;
  parse: (content: string) => Parsed<T>;
}

export type Answer<T> = { kind: "answer"; value: T } | { kind: "failed"; reason: string };

/**
 * Asks until there is an answer: the first model, the same model once more with what was wrong, then
 * the fallback model once. `failed` when a model was reached but gave nothing usable; rejects with
 * `model_unavailable` (details: `retryAfterMs` if the server named a time) when the first model could
 * not be reached and no other helped, so that the caller tries the whole turn again later.
 */
export async function ask<T>(run: Run, question: Question<T>): Promise<Answer<T>> {
  const failures: NotAnswer<T>[] = [];
  for (const model of [...run.models]) {
    const result = await askModel(run, question, model, failures.length === 0);
    if (result.kind === "answer") return result;
    failures.push(result);
    if (isUnreachable(result)) forget(run, model);
  }
  const [first] = failures;
  const step = question.prompt.name;
  if (first && isUnreachable(first)) throw unavailable(step, first);
  return { kind: "failed", reason: `${step}: ${first?.errorClass ?? "no_model"}` };
}

type NotAnswer<T> = Exclude<AttemptResult<T>, { kind: "answer" }>;

async function askModel<T>(
  run: Run,
  question: Question<T>,
  model: string,
  mayRepair: boolean,
): Promise<AttemptResult<T>> {
  const result = await attempt(run, question, model);
  if (result.kind !== "unusable" || !mayRepair) return result;
  const second = await attempt(run, repaired(question, result), model);
  return second.kind === "answer" ? second : result;
}

function isUnreachable(result: NotAnswer<unknown>): result is Failure {
  return result.kind === "failure" && !result.permanent;
}

function repaired<T>(
  question: Question<T>,
  failed: { content: string; problem: string },
): Question<T> {
  const request = `${failed.problem} Answer again with one JSON object of the given schema.`;
  return { ...question, messages: followedBy(question.messages, failed.content, request) };
}

function forget(run: Run, model: string): void {
  if (run.models.length > 1) run.models = run.models.filter((other) => other !== model);
}

async function attempt<T>(
  run: Run,
  { prompt, messages, image, parse }: Question<T>,
  model: string,
): Promise<AttemptResult<T>> {
  throwIfAborted(run.signal);
  const leftMs = run.endsAtMs - performance.now();
  if (leftMs < MIN_ATTEMPT_MS) return outOfTime;
  const hasFallback = run.models.at(-1) !== model;
  const number = (run.attempts.get(prompt.name) ?? 0) + 1;
  run.attempts.set(prompt.name, number);
  const result = await run.provider.attempt({
    ...{ model, prompt, messages, image, parse },
    attempt: number,
    timeoutMs: Math.ceil(hasFallback ? leftMs * SHARE_BEFORE_FALLBACK : leftMs),
    signal: run.signal,
    onCall: run.onCall,
  });
  run.onAttempt({
    ...{ step: prompt.name, attempt: number, model, messages },
    ...{ promptVersion: prompt.version, promptHash: prompt.hash },
    ...whatCame(result),
  });
  if (result.kind !== "answer") {
    const { outcome, errorClass } = result;
    run.log.warn({ step: prompt.name, model, attempt: number, outcome, errorClass }, "model call");
  }
  return result;
}

function whatCame(
  result: AttemptResult<unknown>,
): Pick<AttemptTrace, "answer" | "outcome" | "errorClass"> {
  if (result.kind === "answer") return { answer: result.value, outcome: "ok", errorClass: null };
  const { outcome, errorClass } = result;
  return { answer: result.kind === "unusable" ? result.content : null, outcome, errorClass };
}

const outOfTime: Failure = {
  kind: "failure",
  outcome: "timeout",
  errorClass: "out_of_time",
  retryAfterMs: null,
  permanent: false,
};

export function unavailable(step: string, { errorClass, retryAfterMs }: Failure): AppError {
  const details = retryAfterMs === null ? { step, errorClass } : { step, errorClass, retryAfterMs };
  return new AppError("model_unavailable", `The model gave no ${step} answer.`, details);
}
