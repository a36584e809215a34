import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Glob } from "bun";
import { AppError } from "../../src/lib/errors.ts";
import type { AuthoredAnswer, EvalCase } from "./case.ts";
import { GOLDEN_SET, type GoldenSet } from "./load.ts";
import type { CaseResult, PromptUsed, StaleRecordings } from "./results.ts";
import type { Job } from "./run-set.ts";
import type { Outcome } from "./trial.ts";

const Recording = Type.Object({
  model: Type.String(),
  endpoint: Type.String(),
  recordedAt: Type.String(),
  /** Hash of the built-in prompt by step. */
  prompts: Type.Record(Type.String(), Type.String()),
  cases: Type.Record(
    Type.String(),
    Type.Object({
      /** Of what the case and its business told the model. */
      given: Type.String(),
      answers: Type.Array(
        Type.Object({ step: Type.String(), content: Type.String(), cutOff: Type.Boolean() }),
      ),
    }),
  ),
});
export type Recording = Static<typeof Recording>;

/** Every recording of a golden set. Throws for a file that is none. */
export async function loadRecordings(folder = GOLDEN_SET): Promise<Recording[]> {
  const where = join(folder, "recordings");
  if (!existsSync(where)) return [];
  const files = [...new Glob("*.json").scanSync({ cwd: where })].sort();
  return await Promise.all(
    files.map(async (file) => {
      const value: unknown = await Bun.file(join(where, file)).json();
      if (Value.Check(Recording, value)) return value;
      throw new AppError("invalid_config", `${file} is no recording of the golden set.`);
    }),
  );
}

/** Jobs for the recorded answers that still stand for today's prompts; the others by what has changed. */
export function recordedJobs(
  set: GoldenSet,
  cases: readonly EvalCase[],
  recordings: readonly Recording[],
  prompts: readonly PromptUsed[],
): { jobs: Job[]; stale: StaleRecordings[] } {
  const jobs: Job[] = [];
  const stale: StaleRecordings[] = [];
  for (const recording of recordings) {
    const changes = cases.flatMap((one) => {
      const recorded = recording.cases[one.id];
      if (!recorded) return [];
      const because = changesOf(set, one, recorded, recording, prompts);
      if (because.length === 0) jobs.push(jobOf(one, recorded.answers));
      return because.length === 0 ? [] : [because];
    });
    if (changes.length > 0) {
      const { model, recordedAt } = recording;
      stale.push({
        model,
        recordedAt,
        cases: changes.length,
        because: [...new Set(changes.flat())],
      });
    }
  }
  return { jobs, stale };
}

function changesOf(
  set: GoldenSet,
  one: EvalCase,
  recorded: Recording["cases"][string],
  recording: Recording,
  prompts: readonly PromptUsed[],
): string[] {
  const steps = new Set(recorded.answers.map(({ step }) => step));
  const changed = prompts.filter(
    ({ step, hash }) => steps.has(step) && recording.prompts[step] !== hash,
  );
  return [
    ...changed.map(({ step }) => `the prompt ${step}`),
    ...(recorded.given === givenHash(set, one) ? [] : ["the case"]),
  ];
}

function jobOf(one: EvalCase, answers: Recording["cases"][string]["answers"]): Job {
  const byStep: Record<string, AuthoredAnswer[]> = {};
  for (const [step, some] of Map.groupBy(answers, (answer) => answer.step)) {
    byStep[step] = some.map(({ content, cutOff }) =>
      cutOff ? { cutOff: content } : { raw: content },
    );
  }
  return { one, source: "recorded", runs: 1, script: { answers: byStep, missing: [] } };
}

/**
 * What a live run said, for offline runs to come. Only trials that passed are kept: a failure is to be
 * mended, not repeated. Returns how many cases were kept.
 */
export async function writeRecording(
  set: GoldenSet,
  run: {
    model: string;
    endpoint: string;
    at: string;
    prompts: readonly PromptUsed[];
    results: readonly CaseResult[];
    outcomes: ReadonlyMap<string, readonly Outcome[]>;
  },
  folder = GOLDEN_SET,
): Promise<{ file: string; kept: number }> {
  const cases: Recording["cases"] = {};
  for (const { id, trials, source } of run.results) {
    const good = trials.findIndex(({ failures }) => failures.length === 0);
    const one = set.cases.find((some) => some.id === id);
    const outcome = run.outcomes.get(id)?.[good];
    if (!one || !outcome || source === "rule") continue;
    cases[id] = { given: givenHash(set, one), answers: answersOf(outcome) };
  }
  const { model, endpoint, at, prompts } = run;
  const hashes = Object.fromEntries(prompts.map(({ step, hash }) => [step, hash]));
  const recording: Recording = { model, endpoint, recordedAt: at, prompts: hashes, cases };
  const where = join(folder, "recordings");
  mkdirSync(where, { recursive: true });
  const file = join(where, `${model.replaceAll(/[^\w.-]+/g, "-")}.json`);
  await Bun.write(file, `${JSON.stringify(recording, null, 2)}\n`);
  return { file, kept: Object.keys(cases).length };
}

function answersOf({ exchanges }: Outcome): Recording["cases"][string]["answers"] {
  return exchanges.flatMap(({ step, content, finishReason }) =>
    step === null || content === null ? [] : [{ step, content, cutOff: finishReason === "length" }],
  );
}

function givenHash({ businesses }: GoldenSet, { given }: EvalCase): string {
  const told = JSON.stringify([given, businesses.get(given.business)]);
  return new Bun.CryptoHasher("sha256").update(told).digest("hex").slice(0, 16);
}
