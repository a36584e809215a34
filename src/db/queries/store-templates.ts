import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { Db } from "../client.ts";
import { outboxEvents, templateState } from "./public-state.ts";
import { SYNC_EVERY_MINUTES } from "./template-due.ts";

/** A template as Meta lists it. */
interface Listed {
  metaTemplateId: string;
  name: string;
  language: string;
  category: string;
  status: string;
  quality: string;
  rejectedReason: string | null;
  components: readonly unknown[];
}

export interface StoredTemplates {
  added: number;
  changed: number;
  /** Meta has them no longer. */
  gone: number;
  events: LiveEvent[];
}

interface Reading {
  organizationId: string;
  integrationId: string;
  /** When Meta was asked: whatever is known to be newer stays. */
  readAt: Date;
  /** All that the account has: what is missing is gone. */
  complete: boolean;
}

/** As of when what Meta answers counts: its notices tell whole seconds, and one of the same is not older. */
export function asOf(askedAt: Date): Date {
  return new Date(Math.floor(askedAt.getTime() / 1_000) * 1_000);
}

/** So long a template that was just made may be missing in Meta's list. */
const LIST_LAGS = "interval '1 minute'";

/**
 * Makes a number's templates what Meta says. One of the same name and language is adopted, also a draft:
 * so what was submitted is found again when our commit was lost. Nothing is told twice.
 */
export async function storeTemplates(
  db: Pick<Db, "first" | "fragment" | "json">,
  { organizationId, integrationId, readAt, complete }: Reading,
  templates: readonly Listed[],
): Promise<StoredTemplates> {
  const sql = db.fragment;
  const rows = templates.map((one) => ({ ...one, id: newId() }));
  const stored = await db.first<StoredTemplates>`
    with number as (
      update integrations set
        templates_synced_at = case when ${complete} then now() else templates_synced_at end,
        templates_due_at = case when ${complete}
          then now() + ${SYNC_EVERY_MINUTES} * interval '1 minute' else templates_due_at end
      where organization_id = ${organizationId} and id = ${integrationId}
      returning organization_id, id
    ), listed as (
      select distinct on (x.name, x.language) x.* from jsonb_to_recordset(${db.json(rows)}) as x(
        id uuid, "metaTemplateId" text, name text, language text, category text, status text,
        quality text, "rejectedReason" text, components jsonb)
      order by x.name, x.language
    ), known as (
      select t.* from templates t join number n on t.organization_id = n.organization_id
        and t.integration_id = n.id
      order by t.id for update of t
    ), judged as (
      select k.id, l."metaTemplateId" as meta_template_id, l.components,
        ${sql(newest("status", "status"))}, ${sql(newest("rejected_reason", "status", `"rejectedReason"`))},
        ${sql(newest("quality", "quality"))}, ${sql(newest("category", "category"))},
        k as before
      from known k join listed l on l.name = k.name and l.language = k.language
      cross join (select ${readAt}::timestamptz as at) r
    ), gone as (
      update templates t set status = 'DELETED', status_at = ${readAt}::timestamptz,
        updated_at = now(), version = t.version + 1
      from known k
      where ${complete} and t.organization_id = k.organization_id and t.id = k.id
        and k.meta_template_id is not null and k.status <> 'DELETED'
        and coalesce(k.status_at, '-infinity') < ${readAt}::timestamptz - ${sql(LIST_LAGS)}
        and not exists (select 1 from listed l where l.name = k.name and l.language = k.language)
      returning t.*
    ), changed as (
      update templates t set meta_template_id = j.meta_template_id, components = j.components,
        status = j.status, rejected_reason = j.rejected_reason, quality = j.quality,
        category = j.category, status_at = greatest(t.status_at, ${readAt}::timestamptz),
        quality_at = greatest(t.quality_at, ${readAt}::timestamptz),
        category_at = greatest(t.category_at, ${readAt}::timestamptz),
        next_category = nullif(t.next_category, j.category),
        next_category_at = case when t.next_category = j.category then null
          else t.next_category_at end,
        updated_at = case when j.is_news then now() else t.updated_at end,
        version = t.version + j.is_news::int
      from (select j.*, ((j.before).meta_template_id, (j.before).components, (j.before).status,
          (j.before).rejected_reason, (j.before).quality, (j.before).category) is distinct from
          (j.meta_template_id, j.components, j.status, j.rejected_reason, j.quality, j.category)
          as is_news from judged j) j
      where t.organization_id = ${organizationId} and t.id = j.id
      returning t.*, j.is_news
    ), added as (
      insert into templates (organization_id, id, integration_id, name, language, category,
        components, status, quality, rejected_reason, meta_template_id, status_at, quality_at,
        category_at)
      select n.organization_id, l.id, n.id, l.name, l.language, l.category, l.components, l.status,
        l.quality, l."rejectedReason", l."metaTemplateId", ${readAt}, ${readAt}, ${readAt}
      from listed l, number n
      where l.status not in ('DELETED', 'PENDING_DELETION') and not exists (
        select 1 from known k where k.name = l.name and k.language = l.language)
      on conflict do nothing
      returning *
    ), told as (
      select *, true as is_news from gone union all select * from changed where is_news
      union all select *, true from added
    ), news as (
      insert into outbox (id, organization_id, kind, entity_id, version, data)
      select gen_random_uuid(), organization_id, 'template.status', id, version,
        ${sql(templateState("told"))} from told
      returning outbox.*
    )
    select (select count(*) from added)::int as added, (select count(*) from changed where is_news)::int as changed,
      (select count(*) from gone)::int as gone, ${sql(outboxEvents("news"))} as events`;
  return stored ?? { added: 0, changed: 0, gone: 0, events: [] };
}

/** Meta's word of `listed`, unless a newer one is known. */
function newest(column: string, told: "status" | "quality" | "category", listed = column): string {
  return `case when coalesce(k.${told}_at, '-infinity') <= r.at then l.${listed}
    else k.${column} end as ${column}`;
}
