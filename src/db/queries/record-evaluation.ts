import type { PromptState, PromptStep } from "../../funnel/prompts.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Db } from "../client.ts";

export interface PromptToEvaluate {
  organizationId: string;
  promptVersionId: string;
  step: PromptStep;
  number: number;
  instructions: string;
  /** What the run has to be a run of. */
  hash: string;
}

/**
 * A version as an evaluation starts from it. If the software's own part of the prompt has changed since
 * the last edit, the version takes on the hash it has by now, and an evaluation of the old text no
 * longer counts. Fails with `not_found`.
 */
export async function promptToEvaluate(
  db: Db,
  promptVersionId: string,
  hashOf: (step: PromptStep, instructions: string) => string,
): Promise<PromptToEvaluate> {
  const found = await db.first<PromptToEvaluate>`
    select organization_id, id as prompt_version_id, step, number, instructions, hash
    from prompt_versions where id = ${promptVersionId}`;
  if (!found) throw new AppError("not_found", "There is no such prompt version.");
  const hash = hashOf(found.step, found.instructions);
  if (hash === found.hash) return found;
  await db.rows`
    update prompt_versions set hash = ${hash}, version = version + 1,
      state = case when state = 'evaluated' then 'draft' else state end
    where organization_id = ${found.organizationId} and id = ${promptVersionId}
      and instructions = ${found.instructions}`;
  return { ...found, hash };
}

/** What a live run of the golden set found. */
export interface Evaluation {
  organizationId: string;
  promptVersionId: string;
  /** Of what was really sent. */
  promptHash: string;
  model: string;
  endpoint: string;
  ranAt: Date;
  /** How many cases passed. */
  passed: number;
  /** The names of those that did not. */
  failed: readonly string[];
  /** Exact decimal; null: unknown. */
  costUsd: string | null;
  caseSetHash: string;
}

/**
 * Keeps a live run. If it ran exactly what the version says now, a draft becomes `evaluated`, or a draft
 * again where a case failed; null: the text was edited meanwhile, and the run counts for nothing. A
 * live or retired version stays what it is. Fails with `not_found`.
 */
export async function recordEvaluation(
  db: Db,
  evaluation: Evaluation,
): Promise<{ state: PromptState | null }> {
  const { organizationId, promptVersionId, promptHash, failed, passed } = evaluation;
  const verdict = failed.length === 0 && passed > 0 ? "evaluated" : "draft";
  const row = await db.first<{ state: PromptState | null }>`
    with judged as (
      update prompt_versions v set version = v.version + 1, updated_at = now(),
        state = case when v.state in ('draft', 'evaluated') then ${verdict} else v.state end
      where v.organization_id = ${organizationId} and v.id = ${promptVersionId}
        and v.hash = ${promptHash}
      returning v.state
    ), kept as (
      insert into prompt_evaluations (organization_id, id, prompt_version_id, prompt_hash, model,
        endpoint, ran_at, passed, failed, cost_usd, case_set_hash)
      select v.organization_id, ${newId()}, v.id, ${promptHash}, ${evaluation.model},
        ${evaluation.endpoint}, ${evaluation.ranAt}::timestamptz, ${passed}::int,
        ${db.json(failed)}, ${evaluation.costUsd}::numeric, ${evaluation.caseSetHash}
      from prompt_versions v
      where v.organization_id = ${organizationId} and v.id = ${promptVersionId}
      returning *
    ), noted as (
      insert into audit_log (id, organization_id, actor_kind, action, resource, resource_id, after)
      select gen_random_uuid(), organization_id, 'system', 'prompt.evaluated', 'prompt',
        prompt_version_id::text, jsonb_build_object('promptHash', prompt_hash, 'model', model,
          'passed', passed, 'failed', failed) from kept
    )
    select (select state from judged) as state from kept`;
  if (!row) throw new AppError("not_found", "There is no such prompt version.");
  return row;
}
