import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { templateState, utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import type { Change } from "../mutate.ts";
import type { Template, TemplatesQuery } from "./model.ts";

/** By country it differs, and who it goes to is not known yet. */
const FEE = `(select jsonb_build_object('least', trim_scale(min(r.usd))::text,
    'most', trim_scale(max(r.usd))::text)
  from message_rates r
  where r.category = lower(t.category) and r.valid_from <= current_date
    and (r.valid_to is null or r.valid_to > current_date)
  having count(*) > 0)`;

const TEMPLATE = `t.id, t.integration_id, t.name, t.language, t.category, t.components, t.variables,
  t.status, t.quality, t.rejected_reason, t.next_category,
  ${utc("t.next_category_at")} as next_category_at, ${FEE} as fee_usd, t.meta_template_id,
  ${utc("t.created_at")} as created_at, ${utc("t.updated_at")} as updated_at, t.version`;

const sorts = { createdAt: { sql: "t.created_at", type: "timestamptz" } } as const;

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

/** The template as it is now, as a live event and for the answer. */
export async function told(change: Change, organizationId: string, id: string): Promise<Template> {
  const row = await change.first<{ state: { version: number } }>`
    select ${change.fragment(templateState("t"))} as state from templates t
    where t.organization_id = ${organizationId} and t.id = ${id}`;
  if (row) {
    const { version } = row.state;
    change.event({ kind: "template.status", entityId: id, version, data: row.state });
  }
  return await getTemplate(change, organizationId, id);
}
