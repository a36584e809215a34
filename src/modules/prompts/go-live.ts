import type { PromptStep } from "../../funnel/prompts.ts";
import { AppError } from "../../lib/errors.ts";
import type { Change } from "../mutate.ts";
import type { By, PromptDeps } from "./drafts.ts";
import { lockPrompts } from "./lock.ts";
import type { PromptStepState, PromptVersion, RollBack } from "./model.ts";
import { getLive, getPrompt, type PromptCatalogue, stepState } from "./read.ts";

/** As many names as fit into a sentence; all of them stand in the version's `evaluation`. */
const NAMED_CASES = 10;

/** What was live is retired. Fails with `not_found`, `not_evaluated` and `evaluation_failed`. */
export async function goLive(deps: PromptDeps, by: By, id: string): Promise<PromptVersion> {
  return await change(deps, by, ["prompt", "live", id], async (tx, organizationId) => {
    const wanted = await getPrompt(tx, deps.catalogue, organizationId, id);
    if (wanted.state === "live") return wanted;
    requirePassed(wanted);
    const live = await getLive(tx, deps.catalogue, organizationId, wanted.step);
    if (live) await setState(tx, deps.catalogue, live, "retired");
    return await setState(tx, deps.catalogue, wanted, "live", { previousId: live?.id ?? null });
  });
}

/** If it is live, the built-in version takes its place. Fails with `not_found`. */
export async function retire(deps: PromptDeps, by: By, id: string): Promise<PromptVersion> {
  return await change(deps, by, ["prompt", "retire", id], async (tx, organizationId) => {
    const wanted = await getPrompt(tx, deps.catalogue, organizationId, id);
    if (wanted.state === "retired") return wanted;
    return await setState(tx, deps.catalogue, wanted, "retired");
  });
}

/** Fails with `conflict` while nothing of the organization's is live, and like `goLive`. */
export async function rollBack(
  deps: PromptDeps,
  by: By,
  { step, to = "previous" }: RollBack,
): Promise<PromptStepState> {
  const { catalogue } = deps;
  return await change(deps, by, ["prompt", "roll back", step, to], async (tx, organizationId) => {
    const live = await getLive(tx, catalogue, organizationId, step);
    if (!live) {
      throw new AppError(
        "conflict",
        `The built-in version of ${step} is live: nothing lies behind it.`,
      );
    }
    const { previousId } = live;
    const target =
      to === "built-in" || previousId === null
        ? undefined
        : await getPrompt(tx, catalogue, organizationId, previousId);
    if (target) requirePassed(target);
    await setState(tx, catalogue, live, "retired");
    const now = target && (await setState(tx, catalogue, target, "live"));
    return stepState(catalogue, step, now);
  });
}

function change<T>(
  { mutate }: PromptDeps,
  { actor, headers }: By,
  request: readonly (string | PromptStep)[],
  work: (tx: Change & { organizationId: string }, organizationId: string) => Promise<T>,
): Promise<T> {
  const { organizationId } = actor;
  return mutate(
    actor,
    async (tx) => {
      await lockPrompts(tx, organizationId);
      return await work({ ...tx, organizationId }, organizationId);
    },
    { key: headers["idempotency-key"], request },
  );
}

/** The golden set has passed in a live run of what would be sent today. */
function requirePassed({ id, label, step, isCurrent, evaluation }: PromptVersion): void {
  const command = `bun run evals --live --prompt ${id}`;
  if (evaluation === null || !isCurrent) {
    const why = isCurrent
      ? "has not been evaluated"
      : "was evaluated before Leadline's own part of the prompt changed";
    throw new AppError("not_evaluated", `Version ${label} of ${step} ${why}. Run: ${command}`, {
      id,
    });
  }
  if (evaluation.hasPassed) return;
  const { failed } = evaluation;
  const named = failed.slice(0, NAMED_CASES).join(", ");
  const more = failed.length > NAMED_CASES ? `, and ${failed.length - NAMED_CASES} more` : "";
  throw new AppError(
    "evaluation_failed",
    `Version ${label} of ${step} failed ${failed.length} cases: ${named}${more}. Change it, then run: ${command}`,
    { id, failed: failed.length },
  );
}

async function setState(
  tx: Change & { organizationId: string },
  catalogue: PromptCatalogue,
  before: PromptVersion,
  state: "live" | "retired",
  { previousId }: Pick<PromptVersion, "previousId"> = before,
): Promise<PromptVersion> {
  const { organizationId } = tx;
  await tx.rows`
    update prompt_versions set state = ${state}, previous_id = ${previousId}::uuid,
      live_at = case when ${state} = 'live' then now() else live_at end, updated_at = now(),
      version = version + 1
    where organization_id = ${organizationId} and id = ${before.id}`;
  const after = await getPrompt(tx, catalogue, organizationId, before.id);
  const action = state === "live" ? "prompt.went_live" : "prompt.retired";
  tx.audit({ action, resourceId: before.id, before, after });
  return after;
}
