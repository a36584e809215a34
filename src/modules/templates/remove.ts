import { requireVersion } from "../../http/plugins/versions.ts";
import { getTemplate } from "./read.ts";
import { accessTo, type By, lockTemplate, type TemplatesDeps } from "./service.ts";

/**
 * Deletes a template here and, if Meta has it, there first, in its one language. Fails with `not_found`,
 * `precondition_failed`, `conflict` where Meta keeps it, and `whatsapp_unavailable`.
 */
export async function deleteTemplate(deps: TemplatesDeps, by: By, id: string): Promise<void> {
  const { actor, headers } = by;
  const { organizationId } = actor;
  const known = await getTemplate(deps.db, organizationId, id);
  requireVersion(headers, known);
  const { metaTemplateId, name, status, integrationId } = known;
  const isThere = metaTemplateId !== null && status !== "DELETED";
  if (isThere) {
    const access = await accessTo(deps, organizationId, integrationId);
    await deps.templates.remove(access, { metaTemplateId, name });
  }
  await deps.mutate(actor, async (change) => {
    const before = await lockTemplate(change, organizationId, id);
    // Once it is gone at Meta, nothing that was told meanwhile keeps it here.
    if (!isThere) requireVersion(headers, before);
    await change.rows`
      delete from templates where organization_id = ${organizationId} and id = ${id}`;
    change.audit({ action: "template.deleted", resourceId: id, before });
  });
}
