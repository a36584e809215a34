import { decide } from "../../src/flows/turn/decide.ts";
import { judgeDraft } from "../../src/funnel/guardrails.ts";
import { matchOptOut, optOutConfirmation } from "../../src/funnel/opt-out.ts";
import type { PromptSet } from "../../src/funnel/prompts.ts";
import type { LlmCall, Thought, ToolResult, TurnContext } from "../../src/funnel/turn.ts";
import { AppError, errorMessage } from "../../src/lib/errors.ts";
import { isJsonObject, tryParseJson } from "../../src/lib/json.ts";
import type { Log } from "../../src/lib/log.ts";
import { sleep } from "../../src/lib/sleep.ts";
import type { RunTools } from "../../src/llm/run.ts";
import { createThinker, type Thinker } from "../../src/llm/thinker.ts";
import type { Business } from "./business.ts";
import type { Departure, EvalCase } from "./case.ts";
import { contextOf, seenOf, toolsOf } from "./context.ts";
import { costOf, sumOf } from "./cost.ts";
import type { Exchange, Wire } from "./wire.ts";

/** A draft of Mouth and why it was stopped; null: it passed. */
export interface Draft {
  text: string;
  stoppedFor: string | null;
}

/** What one run of a case came to. */
export interface Outcome {
  leaves: Departure;
  /** What leaves, or the new summary. */
  said: string | null;
  drafts: readonly Draft[];
  /** What our rules made of it; null where the model was not asked or failed. */
  decision: Extract<Thought, { decision: unknown }>["decision"] | null;
  stage: string;
  attention: string | null;
  books: { ctaId: string; time: string | null } | null;
  followUpMinutes: number | null;
  /** "stop:es" and the like. */
  optOut: string | null;
  calls: readonly LlmCall[];
  exchanges: readonly Exchange[];
  tokens: number;
  costUsd: number | null;
  latencyMs: number;
  /** Why there is no outcome at all: the model could not be reached, for example. */
  broken: string | null;
}

export interface Bench {
  wire: Wire;
  model: string;
  /** Whose prices apply. */
  provider: string;
  prompts: PromptSet;
  deadlineMs: number;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Runs a case once, through the product's own thinker, gates and rules. `key`: one per trial. */
export async function runTrial(
  bench: Bench,
  one: EvalCase,
  business: Business,
  key: string,
): Promise<Outcome> {
  const context = contextOf(one, business, bench.prompts);
  const optOut = optOutOf(context);
  if (optOut?.kind === "stop") return stopped(context, optOut.language);
  const calls: LlmCall[] = [];
  const startedMs = performance.now();
  const facts = () => {
    const exchanges = bench.wire.take(key);
    return {
      ...counted(calls, bench.provider),
      ...{ exchanges, drafts: draftsOf(exchanges, context) },
      optOut: optOut && `${optOut.kind}:${optOut.language}`,
      latencyMs: Math.round(performance.now() - startedMs),
    };
  };
  const { model, deadlineMs } = bench;
  const thinker = createThinker({
    ...{
      baseUrl: bench.wire.baseUrl(key),
      apiKey: "evals",
      model,
      fallbackModel: null,
      log: silent,
    },
  });
  const run = {
    deadlineMs,
    signal: new AbortController().signal,
    onCall: async (call: LlmCall) => void calls.push(call),
  };
  try {
    if (one.step === "memory") {
      const known = await patiently(() => remember(thinker, context, run));
      return { ...known, ...facts() };
    }
    let results: readonly ToolResult[] = [];
    const ask = toolsOf(one, context);
    const runTools: RunTools = async (decision) => {
      results = await ask(decision);
      return results;
    };
    const thought = await patiently(() => thinker.think(context, { ...run, runTools }));
    return { ...outcomeOf(thought, context, business, results), ...facts() };
  } catch (error) {
    return { ...nothingOf(context), broken: errorMessage(error), ...facts() };
  }
}

const TRIES = 4;
const MAX_PAUSE_MS = 60_000;

/** Waits where a server asks to be left alone for a while, as a turn would come back later. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const pauseMs =
        error instanceof AppError ? Number(error.details["retryAfterMs"]) : Number.NaN;
      if (tries === TRIES || !(pauseMs <= MAX_PAUSE_MS)) throw error;
      await sleep(pauseMs);
    }
  }
}

type Run = Parameters<Thinker["summarise"]>[1];
/** What follows from the thought; the rest is counted. */
type Known = Pick<
  Outcome,
  "leaves" | "said" | "decision" | "stage" | "attention" | "books" | "followUpMinutes" | "broken"
>;

/** As ingest reads them: each new message by itself, and the first stop word counts. */
function optOutOf({ messages }: TurnContext) {
  const found = messages.flatMap(({ isNew, author, text }) =>
    isNew && author === "lead" ? (matchOptOut(text) ?? []) : [],
  );
  return found.find(({ kind }) => kind === "stop") ?? found[0] ?? null;
}

function stopped(context: TurnContext, language: string): Outcome {
  return {
    ...nothingOf(context),
    ...counted([], ""),
    leaves: "confirmation",
    said: optOutConfirmation(language),
    optOut: `stop:${language}`,
    exchanges: [],
    drafts: [],
    latencyMs: 0,
  };
}

async function remember(thinker: Thinker, context: TurnContext, run: Run): Promise<Known> {
  const { organizationId, conversationId, messages, summary, business, prompts } = context;
  const { language } = business;
  const made = await thinker.summarise(
    {
      organizationId,
      conversationId,
      previous: summary,
      messages,
      language,
      prompt: prompts.memory,
    },
    run,
  );
  const nothing = nothingOf(context);
  return made.kind === "summary"
    ? { ...nothing, said: made.text }
    : { ...nothing, broken: made.reason };
}

function outcomeOf(
  thought: Thought,
  context: TurnContext,
  business: Business,
  results: readonly ToolResult[],
): Known {
  const result = decide(thought, context, seenOf(context, business), results);
  const { reply, booking, followUp } = result;
  const isHeld = thought.kind !== "reply" && reply !== null;
  return {
    leaves: reply === null ? "nothing" : isHeld ? "holding_line" : "reply",
    said: reply,
    decision: "decision" in thought ? thought.decision : null,
    stage: result.stage?.to ?? context.lead.stage,
    attention: result.attention,
    books: booking && {
      ctaId: booking.ctaId,
      time: booking.scheduledAt?.toISOString() ?? booking.requestedTime,
    },
    followUpMinutes: followUp && (followUp.at.getTime() - context.now.getTime()) / 60_000,
    broken: null,
  };
}

function nothingOf({ lead }: TurnContext): Known {
  return {
    leaves: "nothing",
    said: null,
    decision: null,
    stage: lead.stage,
    attention: null,
    books: null,
    followUpMinutes: null,
    broken: null,
  };
}

function counted(calls: readonly LlmCall[], provider: string) {
  return {
    calls,
    tokens: calls.reduce(
      (sum, { inputTokens, outputTokens }) => sum + (inputTokens ?? 0) + (outputTokens ?? 0),
      0,
    ),
    costUsd: sumOf(calls.map((call) => costOf(call, provider))),
  };
}

/** Mouth's usable answers, each judged as the product judged it. */
function draftsOf(exchanges: readonly Exchange[], context: TurnContext): Draft[] {
  return exchanges
    .filter(({ step }) => step === "mouth")
    .flatMap(({ content }) => {
      const answer = tryParseJson(content ?? "");
      if (!isJsonObject(answer) || typeof answer["text"] !== "string") return [];
      const text = answer["text"].trim();
      const verdict = judgeDraft(text, context);
      return [{ text, stoppedFor: verdict.ok ? null : verdict.reason }];
    });
}
