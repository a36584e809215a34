import { join, resolve } from "node:path";
import { builtInPrompts, type PromptSet } from "../../src/funnel/prompts.ts";
import { AppError } from "../../src/lib/errors.ts";
import { providerName } from "../../src/llm/client.ts";
import type { EvalsArguments } from "./arguments.ts";
import type { EvalCase } from "./case.ts";
import { type Difference, differenceOf, historyIn } from "./history.ts";
import { pageOf } from "./html.ts";
import { GOLDEN_SET, type GoldenSet, loadGoldenSet } from "./load.ts";
import { loadRecordings, recordedJobs, writeRecording } from "./recordings.ts";
import { forwarding, OFFLINE_MODEL } from "./responders.ts";
import type { CaseResult, RunReport } from "./results.ts";
import { authoredJobs, runJobs, runOffline } from "./run-set.ts";
import { openWire } from "./wire.ts";

export interface Evaluation {
  report: RunReport;
  difference: Difference | null;
  htmlFile: string;
  /** What else was done. */
  notes: readonly string[];
}

export interface Endpoint {
  baseUrl: string;
  model: string;
  apiKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** As long as a turn may think. */
const LIVE_DEADLINE_MS = 60_000;
/** Enough to be quick, few enough for the smallest rate limits. */
const LIVE_AT_ONCE = 4;

/** A prompt version that is to be judged, in the place of the built-in prompt of its step. */
export interface Candidate {
  prompts: PromptSet;
  /** Of the model that will answer with it, unless another is named. */
  endpoint: Endpoint;
  /** Notes the verdict at the version; returns it in words. */
  judge(report: RunReport): Promise<string>;
}

export interface Surroundings {
  env: Environment;
  /** Is told how a live run goes on. */
  say: (line: string) => void;
  /** Another golden set than the product's. */
  folder?: string;
  candidate?: Candidate | undefined;
}

/** Runs the golden set as asked, compares with the run before, and keeps both. */
export async function evaluate(
  asked: EvalsArguments,
  { env, say, folder = GOLDEN_SET, candidate }: Surroundings,
): Promise<Evaluation> {
  const set = await loadGoldenSet(folder);
  const { report, notes } = asked.live
    ? await live(set, asked, { env, say, folder, candidate })
    : await offline(set, asked, folder);
  const history = historyIn(join(resolve(env["DATA_DIR"] ?? ".leadline"), "evals"));
  const before = await history.before(report);
  const difference = before && differenceOf(before, report);
  const { htmlFile } = await history.keep(report, pageOf(report, difference, set));
  const verdict = candidate ? [await candidate.judge(report)] : [];
  return { report, difference, htmlFile, notes: [...notes, ...verdict] };
}

async function offline(set: GoldenSet, asked: EvalsArguments, folder: string) {
  const { only } = asked;
  const startedMs = performance.now();
  const cases = chosen(set, only);
  const bench = { model: OFFLINE_MODEL, provider: "openai" };
  const authored = await runOffline(set, authoredJobs(set, cases), bench);
  const recordings = await loadRecordings(folder);
  const { jobs, stale } = recordedJobs(set, cases, recordings, authored.prompts);
  const recorded = await runOffline(set, jobs, bench);
  const report: RunReport = {
    ...common(set, cases, asked.only, startedMs),
    ...{
      mode: "offline",
      model: OFFLINE_MODEL,
      endpoint: null,
      runs: 1,
      stale,
      bySimulator: false,
    },
    partial: partialOf(set, cases, only),
    prompts: authored.prompts,
    results: [...authored.results, ...recorded.results],
  };
  return { report, notes: [] };
}

async function live(
  set: GoldenSet,
  asked: EvalsArguments,
  { env, say, folder, candidate }: Surroundings & { folder: string },
) {
  const startedMs = performance.now();
  const endpoint = endpointOf(asked, env, candidate?.endpoint);
  const { baseUrl, model } = endpoint;
  const provider = providerName(baseUrl);
  const isSimulator = provider === "simulator";
  if (isSimulator && candidate) requireSimulated(candidate.endpoint);
  const cases = chosen(set, asked.only).filter(({ simulator }) => !isSimulator || simulator);
  await using wire = openWire(forwarding(endpoint));
  const jobs = cases.map(
    (one) => ({ one, source: "live", runs: asked.runs, script: null }) as const,
  );
  const prompts = candidate?.prompts ?? builtInPrompts;
  const ran = await runJobs(
    { wire, model, provider, prompts, deadlineMs: LIVE_DEADLINE_MS },
    { businesses: set.businesses, jobs, atOnce: LIVE_AT_ONCE, onCase: progress(jobs.length, say) },
  );
  const report: RunReport = {
    ...common(set, cases, asked.only, startedMs),
    ...{ mode: "live", model, endpoint: new URL(baseUrl).origin, runs: asked.runs, stale: [] },
    bySimulator: isSimulator,
    partial: isSimulator
      ? `The simulator's model answers by fixed rules: it was asked the ${cases.length} of ${set.cases.length} cases that these can do.`
      : partialOf(set, cases, asked.only),
    ...{ prompts: ran.prompts, results: ran.results },
  };
  if (!asked.record) return { report, notes: [] };
  const { at } = report;
  const recorded = await writeRecording(set, { model, endpoint: baseUrl, at, ...ran }, folder);
  return { report, notes: [`Recorded ${recorded.kept} cases: ${recorded.file}`] };
}

/** The simulator's answers tell nothing of how a real model takes a prompt. */
function requireSimulated({ baseUrl }: Endpoint): void {
  if (providerName(baseUrl) === "simulator") return;
  throw new AppError(
    "conflict",
    "The simulator cannot judge a prompt for the model that answers here. Ask that model: leave out --base-url.",
  );
}

function common(
  { hash, cases: all, groups }: GoldenSet,
  cases: readonly EvalCase[],
  only: readonly string[],
  startedMs: number,
) {
  if (cases.length === 0) throw new AppError("invalid_input", "No case fits --only.");
  return {
    v: 1,
    at: new Date().toISOString(),
    tookMs: Math.round(performance.now() - startedMs),
    caseSetHash: hash,
    setSize: all.length,
    isWhole: only.length === 0,
    groups: Object.fromEntries(groups),
  } as const;
}

function partialOf({ cases: all }: GoldenSet, cases: readonly EvalCase[], only: readonly string[]) {
  return cases.length === all.length
    ? null
    : `Only ${cases.length} of ${all.length} cases have run: ${only.join(", ")}.`;
}

/** Every word is a group, an id, a severity, or `simulator`; a case is chosen by any of them. */
function chosen({ cases }: GoldenSet, only: readonly string[]): readonly EvalCase[] {
  if (only.length === 0) return cases;
  return cases.filter(
    ({ id, group, severity, simulator }) =>
      [id, group, severity].some((word) => only.includes(word)) ||
      (simulator === true && only.includes("simulator")),
  );
}

function endpointOf(
  { baseUrl, model }: EvalsArguments,
  env: Environment,
  own: Endpoint | undefined,
): Endpoint {
  const apiKey = env["OPENAI_API_KEY"] ?? own?.apiKey;
  const url = baseUrl ?? env["OPENAI_BASE_URL"] ?? own?.baseUrl;
  if (apiKey === undefined && url === undefined) {
    throw new AppError(
      "invalid_config",
      "No model to ask. Set OPENAI_API_KEY, or name a server: --base-url http://localhost:11434/v1",
    );
  }
  const name = model ?? env["LLM_MODEL"] ?? own?.model;
  if (name === undefined) {
    throw new AppError("invalid_config", "Which model? --model, or LLM_MODEL.");
  }
  const address = (url ?? "https://api.openai.com/v1").replace(/\/+$/, "");
  return { baseUrl: address, model: name, apiKey: apiKey ?? "none" };
}

/** A line for each case that failed, and one for every tenth of the way. */
function progress(of: number, say: (line: string) => void) {
  let done = 0;
  const step = Math.max(1, Math.floor(of / 10));
  return ({ group, id, passed }: CaseResult) => {
    done += 1;
    if (!passed) say(`  ✗ ${group}/${id}`);
    if (done % step === 0) say(`  ${done}/${of}`);
  };
}
