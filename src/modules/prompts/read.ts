import type { Db, Parameter } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type BuiltInPrompt, type PromptStep, promptSteps } from "../../funnel/prompts.ts";
import { AppError } from "../../lib/errors.ts";
import type { PromptStepState, PromptsQuery, PromptVersion } from "./model.ts";

/** What the code knows of prompts, handed in: only `llm` may build them. */
export interface PromptCatalogue {
  builtIn(step: PromptStep): BuiltInPrompt;
  /** Of calls made with these instructions. */
  hashOf(step: PromptStep, instructions: string): string;
}

type Stored = Omit<PromptVersion, "isCurrent">;

/** One column: the version as it is stored, with the newest evaluation of its very text. */
const VERSION = `jsonb_build_object('id', v.id, 'step', v.step, 'number', v.number,
  'label', 'own-' || v.number, 'state', v.state, 'instructions', v.instructions, 'note', v.note,
  'hash', v.hash, 'previousId', v.previous_id, 'liveAt', ${utc("v.live_at")},
  'createdBy', jsonb_build_object('id', u.id, 'name', u.name),
  'createdAt', ${utc("v.created_at")}, 'updatedAt', ${utc("v.updated_at")}, 'version', v.version,
  'evaluation', (select jsonb_build_object('ranAt', ${utc("e.ran_at")}, 'model', e.model,
      'endpoint', e.endpoint, 'passed', e.passed, 'failed', e.failed,
      'hasPassed', e.passed > 0 and e.failed = '[]'::jsonb,
      'costUsd', trim_scale(e.cost_usd)::text)
    from prompt_evaluations e
    where e.organization_id = v.organization_id and e.prompt_version_id = v.id
      and e.prompt_hash = v.hash order by e.ran_at desc, e.id desc limit 1)) as found`;

const FROM = "from prompt_versions v join users u on u.id = v.created_by";

const sorts = { createdAt: { sql: "v.created_at", type: "timestamptz" } } as const;

type Source = Pick<Transaction, "rows" | "first" | "fragment" | "part">;

/** One page, newest first. Fails with `invalid_input` for a cursor that is not ours. */
export async function listPrompts(
  db: Db,
  catalogue: PromptCatalogue,
  organizationId: string,
  { limit = 50, cursor, step, state }: PromptsQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "v.id", cursor });
  const filters = [
    ...(step === undefined ? [] : [db.part`v.step = ${step}`]),
    ...(state === undefined ? [] : [db.part`v.state = ${state}`]),
  ];
  const rows = await db.rows<{ found: Stored; position: string }>`
    select ${db.fragment(VERSION)}, ${position} as position ${db.fragment(FROM)}
    where v.organization_id = ${organizationId}
      and ${filters.reduce((all, one) => db.part`${all} and ${one}`, after)}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map(({ found }) => shown(catalogue, found)), nextCursor };
}

/** Fails with `not_found`. */
export async function getPrompt(
  db: Source,
  catalogue: PromptCatalogue,
  organizationId: string,
  id: string,
): Promise<PromptVersion> {
  const found = await firstWhere(db, catalogue, organizationId, db.part`v.id = ${id}`);
  if (!found) throw new AppError("not_found", "There is no such prompt version.", { id });
  return found;
}

/** What is live of a step; undefined: the built-in version. */
export function getLive(
  db: Source,
  catalogue: PromptCatalogue,
  organizationId: string,
  step: PromptStep,
): Promise<PromptVersion | undefined> {
  const isLive = db.part`v.step = ${step} and v.state = 'live'`;
  return firstWhere(db, catalogue, organizationId, isLive);
}

export async function readSteps(
  db: Source,
  catalogue: PromptCatalogue,
  organizationId: string,
): Promise<PromptStepState[]> {
  const rows = await db.rows<{ found: Stored }>`
    select ${db.fragment(VERSION)} ${db.fragment(FROM)}
    where v.organization_id = ${organizationId} and v.state = 'live'`;
  return promptSteps.map((step) => {
    const live = rows.find(({ found }) => found.step === step)?.found;
    return stepState(catalogue, step, live && shown(catalogue, live));
  });
}

export function stepState(
  catalogue: PromptCatalogue,
  step: PromptStep,
  live: PromptVersion | undefined,
): PromptStepState {
  return { step, live: live ?? null, builtIn: catalogue.builtIn(step) };
}

async function firstWhere(
  db: Source,
  catalogue: PromptCatalogue,
  organizationId: string,
  condition: Parameter,
): Promise<PromptVersion | undefined> {
  const row = await db.first<{ found: Stored }>`
    select ${db.fragment(VERSION)} ${db.fragment(FROM)}
    where v.organization_id = ${organizationId} and ${condition}`;
  return row && shown(catalogue, row.found);
}

function shown({ hashOf }: PromptCatalogue, found: Stored): PromptVersion {
  return { ...found, isCurrent: hashOf(found.step, found.instructions) === found.hash };
}
