import { loadConfig } from "../../src/config.ts";
import { createDb, type Db } from "../../src/db/client.ts";
import { promptToEvaluate, recordEvaluation } from "../../src/db/queries/record-evaluation.ts";
import { builtInPrompts, ownVersion } from "../../src/funnel/prompts.ts";
import { AppError } from "../../src/lib/errors.ts";
import { promptHash } from "../../src/llm/prompts/catalogue.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { surroundings } from "../../src/roles/boot.ts";
import type { Candidate, Endpoint } from "./evaluate.ts";
import { type RunReport, totalsOf } from "./results.ts";

/** Does something with a version of the installation that the environment names. */
export async function withCandidate<T>(
  promptId: string,
  env: Readonly<Record<string, string | undefined>>,
  work: (candidate: Candidate) => Promise<T>,
): Promise<T> {
  // As the workers are configured: it is their model that will answer.
  const config = loadConfig(env, { role: "worker" });
  const log = createLogger({ level: "silent", role: "evals" });
  const { databaseUrl } = await surroundings(config, log);
  const { baseUrl, model, apiKey } = config.llm;
  const db = createDb({ url: databaseUrl, maxConnections: 2, name: "leadline-evals" });
  try {
    const endpoint = { baseUrl, model, apiKey: apiKey ?? "none" };
    return await work(await candidateOf(db, promptId, endpoint));
  } finally {
    await db.close(1_000);
  }
}

/** A stored version as a candidate. `endpoint`: of the model that the installation answers with. */
export async function candidateOf(db: Db, id: string, endpoint: Endpoint): Promise<Candidate> {
  const version = await promptToEvaluate(db, id, promptHash);
  const { organizationId, step, number, instructions } = version;
  const text = { versionId: id, version: ownVersion(number), instructions };
  return {
    prompts: { ...builtInPrompts, [step]: text },
    endpoint,
    async judge(report) {
      // What was really sent, as the calls are marked: the version itself is not asked again.
      const sent = report.prompts.find((one) => one.step === step);
      if (!sent) throw new AppError("conflict", `No case has asked ${step}: nothing is judged.`);
      const { state } = await recordEvaluation(db, {
        ...{ organizationId, promptVersionId: id, promptHash: sent.hash },
        ...verdictOf(report),
      });
      return wordsFor(id, report, state);
    },
  };
}

function verdictOf(report: RunReport) {
  const asked = report.results.filter(({ source }) => source === "live");
  const { costUsd, unpriced } = totalsOf(asked);
  return {
    model: report.model,
    endpoint: report.endpoint ?? "",
    ranAt: new Date(report.at),
    passed: asked.filter(({ passed }) => passed).length,
    failed: report.results.filter(({ passed }) => !passed).map(({ group, id }) => `${group}/${id}`),
    costUsd: costUsd === null || unpriced > 0 ? null : costUsd.toFixed(12),
    caseSetHash: report.caseSetHash,
  };
}

function wordsFor(id: string, { results }: RunReport, state: string | null): string {
  if (state === null) return "The version was edited meanwhile: this run counts for nothing.";
  const failed = results.filter(({ passed }) => !passed).length;
  if (failed > 0) return `Version ${id} cannot go live: ${failed} cases failed.`;
  return state === "evaluated"
    ? `Version ${id} may go live: POST /api/v1/prompts/${id}/live`
    : `Version ${id} is ${state}, and has passed.`;
}
