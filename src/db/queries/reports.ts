import type { Db, Parameter } from "../client.ts";

/** Messages that were really exchanged: the lead's, and ours that WhatsApp took. Static SQL. */
export const EXCHANGED = `state in ('received', 'accepted', 'sent', 'delivered', 'read', 'played')`;

/**
 * What model calls `k` cost in USD. Calls of unknown cost are left out; null stands for "there were
 * calls, and none has a known cost".
 */
export const MODEL_COST = `case when count(*) > 0 and count(k.cost) = 0 then null
  else trim_scale(coalesce(sum(k.cost), 0)) end`;

/** What messages with fees `f` (left joined) cost in USD; null stands for "there were some, none has a known fee". */
export const MESSAGE_FEES = `case when count(*) > 0 and count(f.usd) = 0 then null
  else trim_scale(coalesce(sum(f.usd), 0)) end`;

export const UNPRICED_CALLS = `count(*) - count(k.cost)`;

/** CTE of a `with recursive`: leads that turned out to be somebody else (`id`), and who (`root`). */
export function mergedLeads(db: Db, organizationId: string): Parameter {
  return db.part`merged (id, root) as (
    select l.id, o.id from leads l
    join leads o on o.organization_id = l.organization_id and o.id = l.merged_into
    where l.organization_id = ${organizationId} and l.merged_into is not null
      and o.merged_into is null
    union all
    select l.id, m.root from merged m
    join leads l on l.organization_id = ${organizationId} and l.merged_into = m.id
  )`;
}
