import { instructionsFault } from "../../funnel/prompts.ts";
import type { Actor, Principal } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Mutate } from "../mutate.ts";
import { lockPrompts } from "./lock.ts";
import type { PromptCreation, PromptEdit, PromptVersion } from "./model.ts";
import { getPrompt, type PromptCatalogue } from "./read.ts";

/** Who does it, and what the request's headers say about it. */
export interface By {
  principal: Principal;
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

export interface PromptDeps {
  mutate: Mutate;
  catalogue: PromptCatalogue;
}

/** Fails with `not_found` for a base that is not there, and `invalid_input`. */
export async function createDraft(
  { mutate, catalogue }: PromptDeps,
  { principal, actor, headers }: By,
  body: PromptCreation,
): Promise<PromptVersion> {
  const { organizationId } = actor;
  const { step, baseId = null, note = null } = body;
  return await mutate(
    actor,
    async (change) => {
      await lockPrompts(change, organizationId);
      const base =
        baseId === null
          ? { step, instructions: catalogue.builtIn(step).instructions }
          : await getPrompt(change, catalogue, organizationId, baseId);
      if (base.step !== step) {
        throw new AppError("invalid_input", `baseId is a version of ${base.step}, not of ${step}.`);
      }
      const instructions = fit(body.instructions ?? base.instructions);
      const id = newId();
      await change.rows`
        insert into prompt_versions (organization_id, id, step, number, instructions, note, hash,
          created_by)
        select ${organizationId}, ${id}, ${step}, coalesce(max(v.number), 0) + 1, ${instructions},
          ${note}, ${catalogue.hashOf(step, instructions)}, ${principal.userId}::uuid
        from prompt_versions v where v.organization_id = ${organizationId} and v.step = ${step}`;
      const after = await getPrompt(change, catalogue, organizationId, id);
      change.audit({ action: "prompt.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["prompt", "create", body] },
  );
}

/** Fails with `not_found`, `precondition_failed`, `invalid_input`, and `conflict` unless it is a draft. */
export async function editDraft(
  { mutate, catalogue }: PromptDeps,
  { actor, headers }: By,
  id: string,
  edit: PromptEdit,
): Promise<PromptVersion> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await lockPrompts(change, organizationId);
    const before = await getPrompt(change, catalogue, organizationId, id);
    requireVersion(headers, before);
    if (before.state === "live" || before.state === "retired") {
      const why = `Version ${before.label} is ${before.state} and stays as it is: draft a new one with it as baseId.`;
      throw new AppError("conflict", why, { id });
    }
    const { note = before.note } = edit;
    const instructions = fit(edit.instructions ?? before.instructions);
    const state = instructions === before.instructions ? before.state : "draft";
    const hash =
      instructions === before.instructions
        ? before.hash
        : catalogue.hashOf(before.step, instructions);
    await change.rows`
      update prompt_versions set instructions = ${instructions}, note = ${note}, state = ${state},
        hash = ${hash}, updated_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getPrompt(change, catalogue, organizationId, id);
    change.audit({ action: "prompt.updated", resourceId: id, before, after });
    return after;
  });
}

function fit(instructions: string): string {
  const text = instructions.replaceAll("\r\n", "\n").trim();
  const fault = instructionsFault(text);
  if (fault !== null) throw new AppError("invalid_input", fault);
  return text;
}
