import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { templateState, utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { templateFault } from "../../whatsapp/template.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { Template, TemplateCreation, TemplateEdit, TemplatesQuery } from "./model.ts";

const TEMPLATE = `t.id, t.integration_id, t.name, t.language, t.category, t.components, t.status,
  t.quality, t.rejected_reason, t.meta_template_id, ${utc("t.created_at")} as created_at,
  ${utc("t.updated_at")} as updated_at, t.version`;

const sorts = { createdAt: { sql: "t.created_at", type: "timestamptz" } } as const;

/** Who does it, and what the request's headers say about it. */
interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined; "if-match"?: string | undefined };
}

/** One page, newest first. Fails with `invalid_input` for a cursor that is not ours. */
export async function listTemplates(
  db: Db,
  organizationId: string,
  { limit = 50, cursor, integrationId, status, category, language }: TemplatesQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "t.id", cursor });
  const filters = [
    ...(integrationId === undefined ? [] : [db.part`t.integration_id = ${integrationId}`]),
    ...(status === undefined ? [] : [db.part`t.status = ${status}`]),
    ...(category === undefined ? [] : [db.part`t.category = ${category}`]),
    ...(language === undefined ? [] : [db.part`t.language = ${language}`]),
  ];
  const rows = await db.rows<Template & { position: string }>`
    select ${db.fragment(TEMPLATE)}, ${position} as position from templates t
    where t.organization_id = ${organizationId}
      and ${filters.reduce((all, one) => db.part`${all} and ${one}`, after)}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

/** Fails with `not_found`. */
export async function getTemplate(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<Template> {
  const row = await db.first<Template>`
    select ${db.fragment(TEMPLATE)} from templates t
    where t.organization_id = ${organizationId} and t.id = ${id}`;
  if (!row) throw new AppError("not_found", "There is no such template.", { id });
  return row;
}

/** Fails with `invalid_input`, and `conflict` when the number has the name in this language. */
export async function createTemplate(
  mutate: Mutate,
  { actor, headers }: By,
  body: TemplateCreation,
): Promise<Template> {
  const { organizationId } = actor;
  const { integrationId, name, language, category, components } = body;
  checkComponents(components);
  return await mutate(
    actor,
    async (change) => {
      await lockNumber(change, organizationId, integrationId);
      const id = newId();
      await requireFreeName(change, { id, integrationId, name, language });
      await change.rows`
        insert into templates (organization_id, id, integration_id, name, language, category,
          components)
        values (${organizationId}, ${id}, ${integrationId}, ${name}, ${language}, ${category},
          ${change.json(components)})`;
      const after = await told(change, organizationId, id);
      change.audit({ action: "template.created", resourceId: id, after });
      return after;
    },
    { key: headers["idempotency-key"], request: ["template", "create", body] },
  );
}

/** Fails with `not_found`, `precondition_failed`, `invalid_input` and `conflict`. */
export async function editTemplate(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
  edit: TemplateEdit,
): Promise<Template> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    const before = await lockDraft(change, organizationId, id, headers);
    const wanted = { ...before, ...edit };
    checkComponents(wanted.components);
    await requireFreeName(change, wanted);
    await change.rows`
      update templates set name = ${wanted.name}, language = ${wanted.language},
        category = ${wanted.category}, components = ${change.json(wanted.components)},
        updated_at = now(), version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    const after = await told(change, organizationId, id);
    change.audit({ action: "template.updated", resourceId: id, before, after });
    return after;
  });
}

/** Fails with `not_found`, `precondition_failed`, and `conflict` for what is no draft any more. */
export async function deleteTemplate(
  mutate: Mutate,
  { actor, headers }: By,
  id: string,
): Promise<void> {
  const { organizationId } = actor;
  await mutate(actor, async (change) => {
    const before = await lockDraft(change, organizationId, id, headers);
    await change.rows`
      delete from templates where organization_id = ${organizationId} and id = ${id}`;
    change.audit({ action: "template.deleted", resourceId: id, before });
  });
}

/** The template as it is now, as a live event and for the answer. */
async function told(change: Change, organizationId: string, id: string): Promise<Template> {
  const row = await change.first<{ state: { version: number } }>`
    select ${change.fragment(templateState("t"))} as state from templates t
    where t.organization_id = ${organizationId} and t.id = ${id}`;
  if (row) {
    const { version } = row.state;
    change.event({ kind: "template.status", entityId: id, version, data: row.state });
  }
  return await getTemplate(change, organizationId, id);
}

async function lockDraft(
  change: Change,
  organizationId: string,
  id: string,
  headers: By["headers"],
): Promise<Template> {
  const { integrationId } = await getTemplate(change, organizationId, id);
  await lockNumber(change, organizationId, integrationId);
  await change.rows`
    select 1 from templates where organization_id = ${organizationId} and id = ${id} for update`;
  const template = await getTemplate(change, organizationId, id);
  requireVersion(headers, template);
  if (template.status !== "draft") {
    throw new AppError("conflict", `The template is ${template.status}: only drafts change.`, {
      id,
    });
  }
  return template;
}

/** Names are given out one at a time: two drafts could take the same one. */
async function lockNumber(change: Change, organizationId: string, id: string): Promise<void> {
  const found = await change.first`
    select 1 from integrations where organization_id = ${organizationId} and id = ${id}
    for no key update`;
  if (!found) throw new AppError("invalid_input", "integrationId: there is no such number.");
}

async function requireFreeName(
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

function checkComponents(components: Template["components"]): void {
  const fault = templateFault(components);
  if (fault !== undefined) throw new AppError("invalid_input", `components: ${fault}`);
}
