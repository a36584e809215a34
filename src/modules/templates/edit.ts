import { isDeepStrictEqual } from "node:util";
import { asOf } from "../../db/queries/store-templates.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { checkParts, checkSubmission } from "./check.ts";
import type { Template, TemplateEdit } from "./model.ts";
import { getTemplate, told } from "./read.ts";
import { sampleOf } from "./sample.ts";
import { accessTo, type By, lockTemplate, requireFreeName, type TemplatesDeps } from "./service.ts";

/** In these Meta lets its templates be edited (whatsapp.md 9). */
const EDITABLE = new Set(["APPROVED", "REJECTED", "PAUSED"]);

/**
 * Changes a draft, or what Meta has: that asks Meta first and puts the template back under review. Its
 * variables are ours, and change at once. Fails with `not_found`, `precondition_failed`, `invalid_input`,
 * `conflict` and `whatsapp_unavailable`.
 */
export async function editTemplate(
  deps: TemplatesDeps,
  by: By,
  id: string,
  edit: TemplateEdit,
): Promise<Template> {
  const { organizationId } = by.actor;
  const known = await getTemplate(deps.db, organizationId, id);
  requireVersion(by.headers, known);
  if (known.status === "draft") return await editDraft(deps, by, id, edit);
  const askedAt = asOf(new Date());
  const isReviewed = await editAtMeta(deps, organizationId, known, edit);
  return await deps.mutate(by.actor, async (change) => {
    const before = await lockTemplate(change, organizationId, id);
    const wanted = { ...before, ...edit };
    // Meta has said yes by now: whatever was told of the template meanwhile, this is what it has.
    await change.rows`
      update templates set components = ${change.json(wanted.components)},
        category = ${wanted.category}, variables = ${change.json(wanted.variables)},
        status = case when ${isReviewed} then 'PENDING' else status end,
        status_at = case when ${isReviewed} then greatest(status_at, ${askedAt}) else status_at end,
        rejected_reason = case when not ${isReviewed} then rejected_reason end,
        updated_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await told(change, organizationId, id);
    change.audit({ action: "template.updated", resourceId: id, before, after });
    return after;
  });
}

async function editDraft(
  { mutate }: TemplatesDeps,
  { actor, headers }: By,
  id: string,
  edit: TemplateEdit,
): Promise<Template> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    const before = await lockTemplate(change, organizationId, id);
    requireVersion(headers, before);
    if (before.status !== "draft") {
      throw new AppError("conflict", `The template is ${before.status} by now: read it again.`);
    }
    const wanted = { ...before, ...edit };
    checkParts(wanted);
    await requireFreeName(change, wanted);
    await change.rows`
      update templates set name = ${wanted.name}, language = ${wanted.language},
        category = ${wanted.category}, components = ${change.json(wanted.components)},
        variables = ${change.json(wanted.variables)}, updated_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await told(change, organizationId, id);
    change.audit({ action: "template.updated", resourceId: id, before, after });
    return after;
  });
}

/** Answers whether Meta had anything to change, and so reviews it anew. */
async function editAtMeta(
  deps: TemplatesDeps,
  organizationId: string,
  known: Template,
  edit: TemplateEdit,
): Promise<boolean> {
  const { name = known.name, language = known.language, category, components } = edit;
  if (name !== known.name || language !== known.language) {
    throw new AppError("conflict", "Meta keeps a template's name and language: write another one.");
  }
  const change = {
    ...(category !== undefined && category !== known.category && { category }),
    ...(components && !isDeepStrictEqual(components, known.components) && { components }),
  };
  const wanted = { ...known, ...edit };
  if (Object.keys(change).length === 0) {
    if (known.components.every(({ type }) => type !== "OTHER")) checkParts(wanted);
    return false;
  }
  checkSubmission(wanted);
  if (!EDITABLE.has(known.status) || known.metaTemplateId === null) {
    throw new AppError("conflict", `The template is ${known.status}: Meta lets nobody change it.`);
  }
  const access = await accessTo(deps, organizationId, known.integrationId);
  const sample = change.components ? await sampleOf(deps, organizationId, change.components) : null;
  await deps.templates.edit(access, known.metaTemplateId, change, sample);
  return true;
}
