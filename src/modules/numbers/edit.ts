import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import {
  bodyText,
  needsMoreThanBody,
  type TemplateComponent,
  variableNames,
} from "../../whatsapp/template.ts";
import type { Change } from "../mutate.ts";
import type { NumberEdit, WhatsAppNumber } from "./model.ts";
import { getNumber, type NumbersDeps } from "./service.ts";

/**
 * Changes a number's settings, connected or not. Fails with `not_found`, `precondition_failed`, and
 * `invalid_input` for a template that is not this number's or needs variables.
 */
export async function editNumber(
  { mutate, publicUrl }: Pick<NumbersDeps, "mutate" | "publicUrl">,
  { actor, headers }: { actor: Actor; headers: { "if-match"?: string | undefined } },
  id: string,
  edit: NumberEdit,
): Promise<WhatsAppNumber> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await change.rows`select 1 from integrations
      where organization_id = ${organizationId} and id = ${id} for update`;
    const before = await getNumber(change, publicUrl, organizationId, id);
    requireVersion(headers, before);
    const { reopeningTemplateId, sendsPerSecond } = { ...before, ...edit };
    if (reopeningTemplateId !== null) {
      await requireReopening(change, { organizationId, id, reopeningTemplateId });
    }
    await change.rows`
      update integrations set reopening_template_id = ${reopeningTemplateId},
        sends_per_second = ${sendsPerSecond}, version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await getNumber(change, publicUrl, organizationId, id);
    change.audit({ action: "number.updated", resourceId: id, before, after });
    return after;
  });
}

/** The bot has nothing to fill in. Whether Meta has approved it counts when it is sent. */
async function requireReopening(
  change: Change,
  wanted: { organizationId: string; id: string; reopeningTemplateId: string },
): Promise<void> {
  const template = await change.first<{ components: TemplateComponent[] }>`
    select components from templates
    where organization_id = ${wanted.organizationId} and integration_id = ${wanted.id}
      and id = ${wanted.reopeningTemplateId}`;
  if (!template) {
    throw new AppError("invalid_input", "reopeningTemplateId: this number has no such template.");
  }
  const { components } = template;
  if (needsMoreThanBody(components) || variableNames(bodyText(components)).length > 0) {
    throw new AppError(
      "invalid_input",
      "reopeningTemplateId: the template has variables, which the bot cannot fill in. Use one without.",
    );
  }
}
