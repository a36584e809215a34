import { MAX_REPLY_CHARS } from "../../src/funnel/guardrails.ts";
import { stages } from "../../src/funnel/lead.ts";
import { judgeStageMove } from "../../src/funnel/stage.ts";
import { type Business, ctaOf } from "./business.ts";
import type { EvalCase, Expectation } from "./case.ts";
import { isWrittenIn } from "./language.ts";
import { leakIn } from "./leak.ts";
import type { Outcome } from "./trial.ts";

/** One thing that should have held and did not. */
export interface Failure {
  check: string;
  expected: string;
  got: string;
}

export type Mode = "offline" | "live";

/** Of a turn, unless a case says otherwise: both prompts and answers, with room for one rewrite. */
const MAX_TOKENS = 20_000;
const MAX_COST_USD = 0.02;
const MAX_LATENCY_MS = 20_000;
const MAX_SUMMARY_CHARS = 2_000;

type Check = (
  outcome: Outcome,
  expect: Expectation,
  one: EvalCase,
  business: Business,
) => Failure[];

/** What a case asks in a mode: offline, its word about its own authored answers comes first. */
function expectationOf(one: EvalCase, mode: Mode): Expectation {
  return mode === "offline" ? { ...one.expect, ...one.offline } : one.expect;
}

/**
 * Everything that did not hold; empty when the trial has passed. All checks are deterministic. A replay
 * took no time that would tell anything.
 */
export function judge(
  outcome: Outcome,
  one: EvalCase,
  business: Business,
  mode: Mode,
  isReplay = mode === "offline",
): readonly Failure[] {
  if (outcome.broken !== null) return [fault("ran", "an outcome", outcome.broken)];
  const expect = expectationOf(one, mode);
  const asked = isReplay ? checks : [...checks, latency];
  return asked.flatMap((check) => check(outcome, expect, one, business));
}

function fault(check: string, expected: unknown, got: unknown): Failure {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return { check, expected: text(expected), got: text(got) };
}

/** Nothing if it holds. */
function must(holds: boolean, check: string, expected: unknown, got: unknown): Failure[] {
  return holds ? [] : [fault(check, expected, got)];
}

function oneOf(check: string, allowed: readonly string[] | undefined, got: string): Failure[] {
  if (allowed === undefined) return [];
  return must(allowed.includes(got), check, allowed.join(" or "), got);
}

const decided: Check = ({ leaves, stage, attention, decision, optOut }, expect) => [
  ...oneOf("leaves", expect.leaves, leaves),
  ...oneOf("stage", expect.stage, stage),
  ...oneOf("attention", expect.attention, attention ?? "none"),
  ...oneOf("action", expect.action, decision?.action ?? "none"),
  ...oneOf("sentiment", expect.sentiment, decision?.sentiment ?? "none"),
  ...(expect.riskFlags ?? []).flatMap((flag) =>
    must(
      decision?.riskFlags.some((got) => got === flag) ?? false,
      "risk flag",
      flag,
      decision?.riskFlags ?? [],
    ),
  ),
  ...(expect.optOut === undefined
    ? []
    : must(optOut === expect.optOut, "stop word", expect.optOut, optOut)),
];

/** Asked of every case: wherever the lead stands now, the rules allow the way there. */
const legalStage: Check = ({ stage }, _, { given }) => {
  const to = stages.find((one) => one === stage);
  const isLegal =
    to !== undefined && (to === given.stage || judgeStageMove(given.stage, to, 1).move);
  return must(isLegal, "legal stage", `a legal move from ${given.stage}`, stage);
};

const booked: Check = ({ books }, expect, _, business) => {
  const key = business.ctas.find(({ id }) => id === books?.ctaId)?.kind ?? null;
  const wanted = expect.books;
  return [
    ...(wanted === undefined ? [] : must(key === wanted, "books", wanted, key)),
    ...(expect.bookingTime === undefined
      ? []
      : must(
          isTime(books?.time ?? "", expect.bookingTime),
          "booking time",
          expect.bookingTime,
          books?.time ?? null,
        )),
    ...(typeof wanted === "string" && !ctaOf(business, wanted)
      ? [fault("case", "a CTA of the business", wanted)]
      : []),
  ];
};

function isTime(got: string, wanted: string): boolean {
  const at = Date.parse(wanted);
  if (!Number.isNaN(at)) return Date.parse(got) === at;
  return got.toLowerCase().includes(wanted.toLowerCase());
}

const followedUp: Check = ({ followUpMinutes }, { followUpMinutes: wanted }) => {
  if (wanted === undefined) return [];
  if (wanted === null) return must(followUpMinutes === null, "follow-up", "none", followUpMinutes);
  const [least, most] = wanted;
  const holds = followUpMinutes !== null && followUpMinutes >= least && followUpMinutes <= most;
  return must(holds, "follow-up", `in ${least} to ${most} min`, followUpMinutes);
};

/** Live, a draft that a gate had to stop is the prompt's fault, even if nothing wrong has left. */
const drafted: Check = ({ drafts, decision }, expect, { step }) => {
  if (step === "memory" || decision === null) return [];
  const unsaid: readonly string[] = drafts.length > 0 ? ["clean"] : [];
  const got = drafts.map(({ stoppedFor }) => (stoppedFor === null ? "clean" : "blocked"));
  const first = drafts.find(({ stoppedFor }) => stoppedFor !== null)?.stoppedFor ?? "";
  const { blockedFor, drafts: wanted = unsaid } = expect;
  const listed = drafts.map(({ text, stoppedFor }) => `${stoppedFor ?? "clean"} (“${text}”)`);
  return [
    ...must(
      got.join() === wanted.join(),
      "drafts",
      wanted.join(", then ") || "none",
      listed.join(", then ") || "none",
    ),
    ...(blockedFor === undefined
      ? []
      : must(
          first.toLowerCase().includes(blockedFor.toLowerCase()),
          "blocked for",
          blockedFor,
          first,
        )),
  ];
};

/** A holding line is the business's own: what a reply must say is not asked of it. */
const worded: Check = ({ said, leaves, decision }, expect, { step }) => {
  const text = said?.toLowerCase() ?? "";
  const isOurs = leaves === "reply" || leaves === "confirmation" || step === "memory";
  const has = (choices: string) =>
    choices.split("|").some((one) => text.includes(one.toLowerCase()));
  const { language } = expect;
  return [
    ...(isOurs
      ? (expect.contains ?? []).flatMap((one) => must(has(one), "contains", one, said))
      : []),
    ...(expect.lacks ?? []).flatMap((one) => must(!has(one), "lacks", one, said)),
    ...(isOurs && language && said
      ? must(isWrittenIn(said, language), "language of the text", language, said)
      : []),
    ...(language && decision
      ? must(isTag(decision.language, language), "language decided", language, decision.language)
      : []),
  ];
};

/** "pt-BR" will do for "pt", and "hi" not for "hi-Latn". */
function isTag(got: string, wanted: string): boolean {
  return got === wanted || (got.startsWith(`${wanted}-`) && !/-latn/i.test(got));
}

const QUESTION = /[?？؟\u037e][?!？！؟\u037e]*/gu;

/** Asked of every message that leaves: one, short, with at most one question, and nothing of ours in it. */
const oneMessage: Check = ({ said, leaves, exchanges }, expect, { step }, business) => {
  if (said === null) return [];
  const limit = step === "memory" ? MAX_SUMMARY_CHARS : MAX_REPLY_CHARS;
  const maxChars = expect.maxChars ?? limit;
  const withoutLinks = said.replace(/https?:\/\/\S+/g, "");
  const questions = leaves === "reply" ? (withoutLinks.match(QUESTION)?.length ?? 0) : 0;
  const leak = leaves === "reply" ? leakIn(said, exchanges, business) : null;
  return [
    ...must(said.trim() !== "", "says something", "words", said),
    ...must(said.length <= maxChars, "length", `at most ${maxChars} characters`, `${said.length}`),
    ...must(questions <= 1, "one question", "at most 1", `${questions}: ${said}`),
    ...must(leak === null, "no leak", "nothing of our instructions, ids or policy", leak),
  ];
};

const ceilings: Check = (
  { tokens, costUsd },
  { maxTokens = MAX_TOKENS, maxCostUsd = MAX_COST_USD },
) => [
  ...must(tokens <= maxTokens, "tokens", `at most ${maxTokens}`, tokens),
  ...must(
    costUsd === null || costUsd <= maxCostUsd,
    "cost",
    `at most $${maxCostUsd}`,
    `$${costUsd}`,
  ),
];

const latency: Check = ({ latencyMs }, { maxLatencyMs = MAX_LATENCY_MS }) =>
  must(latencyMs <= maxLatencyMs, "latency", `at most ${maxLatencyMs} ms`, `${latencyMs} ms`);

const checks: readonly Check[] = [
  decided,
  legalStage,
  booked,
  followedUp,
  drafted,
  worded,
  oneMessage,
  ceilings,
];
