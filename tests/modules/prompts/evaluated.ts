import type { Db } from "../../../src/db/client.ts";
import { promptToEvaluate, recordEvaluation } from "../../../src/db/queries/record-evaluation.ts";
import { promptHash } from "../../../src/llm/prompts/catalogue.ts";

/** The golden set has been run on the version as it stands; `failed` names the cases it did not pass. */
export async function passes(db: Db, id: string, failed: readonly string[] = []) {
  const known = await promptToEvaluate(db, id, promptHash).catch(() => undefined);
  if (known === undefined) return undefined;
  return await recordEvaluation(db, {
    organizationId: known.organizationId,
    promptVersionId: id,
    promptHash: known.hash,
    model: "gpt-test",
    endpoint: "https://model.example",
    ranAt: new Date(),
    passed: 150 - failed.length,
    failed,
    costUsd: "0.0123",
    caseSetHash: "cases-1",
  });
}
