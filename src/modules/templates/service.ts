import type { Db } from "../../db/client.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { accessTokenContext, type SecretBox } from "../../lib/secret-box.ts";
import type { MediaStore } from "../../storage/store.ts";
import type { GraphTemplates, TemplateAccess } from "../../whatsapp/template-client.ts";
import type { Change, Mutate } from "../mutate.ts";
import { checkParts } from "./check.ts";
import type { Template, TemplateCreation } from "./model.ts";
import { getTemplate, told } from "./read.ts";

export interface TemplatesDeps {
  db: Db;
  mutate: Mutate;
  box: SecretBox;
  /** Where the samples of headers lie. */
  store: Pick<MediaStore, "get">;
  /** Meta, about templates. */
  templates: GraphTemplates;
}

/** Who does it, and what the request's headers say about it. */
export interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** Fails with `invalid_input`, and `conflict` when the number has the name in this language. */
export async function createTemplate(
  { mutate }: Pick<TemplatesDeps, "mutate">,
  { actor, headers }: By,
  body: TemplateCreation,
): Promise<Template> {
  const { organizationId } = actor;
  const { integrationId, name, language, category, components, variables = [] } = body;
  checkParts({ components, variables });
  return await mutate(
    actor,
    async (change) => {
      await lockNumber(change, organizationId, integrationId);
      const id = newId();
      await requireFreeName(change, { id, integrationId, name, language });
      await change.rows`
        insert into templates (organization_id, id, integration_id, name, language, category,
          components, variables)
        values (${organizationId}, ${id}, ${integrationId}, ${name}, ${language}, ${category},
          ${change.json(components)}, ${change.json(variables)})`;
      const after = await told(change, organizationId, id);
      change.audit({ action: "template.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["template", "create", body] },
  );
}

/** The template, and its number before it, as they are for the rest of the transaction. */
export async function lockTemplate(
  change: Change,
  organizationId: string,
  id: string,
): Promise<Template> {
  const { integrationId } = await getTemplate(change, organizationId, id);
  await lockNumber(change, organizationId, integrationId);
  await change.rows`
    select 1 from templates where organization_id = ${organizationId} and id = ${id} for update`;
  return await getTemplate(change, organizationId, id);
}

/** Names are given out one at a time: two drafts could take the same one. */
async function lockNumber(change: Change, organizationId: string, id: string): Promise<void> {
  const found = await change.first`
    select 1 from integrations where organization_id = ${organizationId} and id = ${id}
    for no key update`;
  if (!found) throw new AppError("invalid_input", "integrationId: there is no such number.");
}

export async function requireFreeName(
  change: Change,
  {
    id,
    integrationId,
    name,
    language,
  }: Pick<Template, "id" | "integrationId" | "name" | "language">,
): Promise<void> {
  const taken = await change.first`
    select 1 from templates where integration_id = ${integrationId} and name = ${name}
      and language = ${language} and id <> ${id}`;
  if (taken) {
    throw new AppError("conflict", `The number has a template ${name} in ${language} already.`);
  }
}

/** What Meta is asked with about the number's account. Fails with `conflict` while it is disconnected. */
export async function accessTo(
  { db, box }: Pick<TemplatesDeps, "db" | "box">,
  organizationId: string,
  integrationId: string,
): Promise<TemplateAccess> {
  const number = await db.first<{ wabaId: string; accessTokenBox: string }>`
    select waba_id, access_token_box from integrations
    where organization_id = ${organizationId} and id = ${integrationId} and active`;
  if (!number) {
    throw new AppError("conflict", "The template's number is disconnected. Connect it again.");
  }
  const accessToken = box.open(number.accessTokenBox, accessTokenContext(integrationId));
  return { wabaId: number.wabaId, accessToken };
}
