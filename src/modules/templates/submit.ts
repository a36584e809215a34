import { asOf, storeTemplates } from "../../db/queries/store-templates.ts";
import { AppError } from "../../lib/errors.ts";
import { bodyText } from "../../whatsapp/template.ts";
import type { MetaTemplate } from "../../whatsapp/template-client.ts";
import { isTaken } from "../../whatsapp/template-refusals.ts";
import { checkSubmission } from "./check.ts";
import type { Template } from "./model.ts";
import { getTemplate } from "./read.ts";
import { sampleOf } from "./sample.ts";
import { accessTo, type By, lockTemplate, type TemplatesDeps } from "./service.ts";

/**
 * Hands a draft to Meta's reviewers. One that Meta has already, because an answer or our commit was lost,
 * is taken up as it is there; it is never made twice. From then on Meta's word counts. Fails with
 * `not_found`, `invalid_input`, `conflict` and `whatsapp_unavailable`.
 */
export async function submitTemplate(
  deps: TemplatesDeps,
  { actor, headers }: By,
  id: string,
): Promise<Template> {
  const { organizationId } = actor;
  const draft = await getTemplate(deps.db, organizationId, id);
  const readAt = asOf(new Date());
  const found = draft.status === "draft" ? await atMeta(deps, organizationId, draft) : undefined;
  return await deps.mutate(
    actor,
    async (change) => {
      const before = await lockTemplate(change, organizationId, id);
      if (!found) throw new AppError("conflict", `The template is ${before.status}, no draft.`);
      const { integrationId } = before;
      const reading = { organizationId, integrationId, readAt, complete: false };
      const { events } = await storeTemplates(change, reading, [found]);
      change.stored(events);
      const after = await getTemplate(change, organizationId, id);
      change.audit({ action: "template.submitted", resourceId: id, before, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["template", "submit", id] },
  );
}

async function atMeta(
  deps: TemplatesDeps,
  organizationId: string,
  draft: Template,
): Promise<MetaTemplate> {
  checkSubmission(draft);
  const access = await accessTo(deps, organizationId, draft.integrationId);
  const look = async () => {
    const named = await deps.templates.list(access, draft.name);
    return named.find(({ language }) => language === draft.language);
  };
  const there = await look();
  if (there) return sameAs(draft, there);
  const { name, language, category, components } = draft;
  try {
    const sample = await sampleOf(deps, organizationId, components);
    return await deps.templates.create(access, { name, language, category, components }, sample);
  } catch (error) {
    // Somebody submitted it at the same moment.
    const late = isTaken(error) ? await look() : undefined;
    if (!late) throw error;
    return sameAs(draft, late);
  }
}

/** What stands at Meta under a draft's name may be somebody else's. */
function sameAs(draft: Template, there: MetaTemplate): MetaTemplate {
  if (bodyText(draft.components) === bodyText(there.components)) return there;
  throw new AppError(
    "conflict",
    "Meta has another template of this name in this language. Take another name, or delete the draft and synchronise.",
  );
}
