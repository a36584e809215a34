import { builtInPrompts } from "../../src/funnel/prompts.ts";
import { AppError, errorMessage } from "../../src/lib/errors.ts";
import type { Business } from "./business.ts";
import type { EvalCase } from "./case.ts";
import { type Failure, judge, type Mode } from "./judge.ts";
import type { GoldenSet } from "./load.ts";
import { type Script, scripted, scriptOf } from "./responders.ts";
import {
  type CaseResult,
  type PromptUsed,
  passes,
  type Source,
  type TrialResult,
} from "./results.ts";
import { type Bench, type Outcome, runTrial } from "./trial.ts";
import { openWire } from "./wire.ts";

/** A case with the answers it is to get. */
export interface Job {
  one: EvalCase;
  source: Exclude<Source, "rule">;
  runs: number;
  /** Null: a real model answers. */
  script: Script | null;
}

interface SetRun {
  results: CaseResult[];
  prompts: PromptUsed[];
  /** For `--record`: what was said in each trial. */
  outcomes: ReadonlyMap<string, readonly Outcome[]>;
}

const OFFLINE_DEADLINE_MS = 10_000;
const OFFLINE_AT_ONCE = 8;

/** Runs jobs whose answers are all written down: no network, no chance. */
export async function runOffline(
  { businesses }: GoldenSet,
  jobs: readonly Job[],
  bench: Pick<Bench, "model" | "provider">,
): Promise<SetRun> {
  const scripts = new Map(
    jobs.flatMap((job, index) => (job.script ? [[keyOf(index, 0), job.script]] : [])),
  );
  await using wire = openWire(scripted(scripts));
  return await runJobs(
    { ...bench, wire, prompts: builtInPrompts, deadlineMs: OFFLINE_DEADLINE_MS },
    { businesses, jobs, atOnce: OFFLINE_AT_ONCE },
  );
}

/** Runs jobs, so many trials at once, and judges each. `onCase` is told of every case that ends. */
export async function runJobs(
  bench: Bench,
  work: {
    businesses: ReadonlyMap<string, Business>;
    jobs: readonly Job[];
    atOnce: number;
    onCase?: (result: CaseResult) => void;
  },
): Promise<SetRun> {
  const outcomes = new Map<string, Outcome[]>();
  const results: CaseResult[] = [];
  const waiting = [...work.jobs.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, job] = next;
      const business = work.businesses.get(job.one.given.business);
      if (!business) throw new AppError("internal", `No business for ${job.one.id}.`);
      const ran = await runJob(bench, job, business, index);
      outcomes.set(job.one.id, ran);
      results[index] = resultOf(job, ran, business);
      work.onCase?.(results[index]);
    }
  };
  await Promise.all(Array.from({ length: work.atOnce }, worker));
  return { results, outcomes, prompts: promptsOf([...outcomes.values()].flat()) };
}

async function runJob(bench: Bench, { one, runs }: Job, business: Business, index: number) {
  const outcomes: Outcome[] = [];
  for (let run = 0; run < runs; run += 1) {
    const outcome = await runTrial(bench, one, business, keyOf(index, run));
    outcomes.push(outcome);
    // A rule says the same each time.
    if (isByRule(outcome)) break;
  }
  return outcomes;
}

function keyOf(index: number, run: number): string {
  return `${index}-${run}`;
}

function isByRule({ leaves, calls }: Outcome): boolean {
  return leaves === "confirmation" && calls.length === 0;
}

function resultOf(job: Job, outcomes: readonly Outcome[], business: Business): CaseResult {
  const { one, source, script } = job;
  const mode: Mode = source === "authored" ? "offline" : "live";
  const trials = outcomes.map(
    (outcome): TrialResult => ({
      ...pick(outcome),
      failures: [
        ...judge(outcome, one, business, mode, source !== "live"),
        ...(script ? unplayed(script) : []),
      ],
    }),
  );
  const { id, group, severity, catches } = one;
  return {
    ...{ id, group, severity, catches },
    source: outcomes.every(isByRule) ? "rule" : source,
    passed: passes(severity, trials),
    trials,
  };
}

/** What a script lacked, and what of it nobody asked for: both make a case another one than written. */
function unplayed({ answers, missing }: Script): Failure[] {
  const left = Object.entries(answers).filter(([, some]) => some.length > 0);
  return [
    ...missing.map((step) => ({
      check: "answers",
      expected: `an answer written for each request`,
      got: `none for ${step}`,
    })),
    ...left.map(([step, some]) => ({
      check: "answers",
      expected: "every written answer asked for",
      got: `${some.length} of ${step} left over`,
    })),
  ];
}

function pick(outcome: Outcome): Omit<TrialResult, "failures"> {
  const { leaves, said, drafts, stage, attention, tokens, costUsd, latencyMs, decision } = outcome;
  const action = decision?.action ?? null;
  return { leaves, said, drafts, stage, attention, tokens, costUsd, latencyMs, action };
}

function promptsOf(outcomes: readonly Outcome[]): PromptUsed[] {
  const used = new Map<string, PromptUsed>();
  for (const { step, promptVersion, promptHash } of outcomes.flatMap(({ calls }) => calls)) {
    used.set(step, { step, version: promptVersion, hash: promptHash });
  }
  return [...used.values()].sort((a, b) => a.step.localeCompare(b.step));
}

/** A job for every case, with the answers written into it. */
export function authoredJobs({ businesses }: GoldenSet, cases: readonly EvalCase[]): Job[] {
  return cases.map((one) => {
    const business = businesses.get(one.given.business);
    if (!business) throw new AppError("internal", errorMessage(`No business for ${one.id}.`));
    return { one, source: "authored", runs: 1, script: scriptOf(one, business) };
  });
}
