import type { Db } from "../client.ts";
import { COST, PRICE } from "./llm-price.ts";
import { USAGE_KEY } from "./llm-usage.ts";

/** Calls looked at by one statement, so that none holds up the bot for long. */
const BATCH = 5_000;

interface Batch {
  organizationId: string | null;
  id: string | null;
  changed: number;
}

/**
 * Prices every call anew by the table as it is now, where that has a price: one that is lost from the
 * table takes no known cost away. The price it had at first stays on the call. The sums follow in the same
 * statement; budgets do not, what was spent was spent. Run again it changes nothing. Answers how many changed.
 */
export async function repriceCalls(db: Pick<Db, "first" | "fragment">): Promise<number> {
  let changed = 0;
  let [organizationId, id] = [NIL, NIL];
  for (;;) {
    const batch = await repriceAfter(db, organizationId, id);
    changed += batch?.changed ?? 0;
    if (!batch?.organizationId || !batch.id) return changed;
    [organizationId, id] = [batch.organizationId, batch.id];
  }
}

const NIL = "00000000-0000-0000-0000-000000000000";

async function repriceAfter(
  db: Pick<Db, "first" | "fragment">,
  organizationId: string,
  id: string,
): Promise<Batch | undefined> {
  const sql = db.fragment;
  return await db.first<Batch>`
    with k as (
      select * from llm_calls
      where (organization_id, id) > (${organizationId}::uuid, ${id}::uuid)
      order by organization_id, id limit ${BATCH}
    ), wanted as (
      select k.organization_id, k.id, k.cost as old_cost, priced.cost, priced.price_id
      from k cross join lateral (${sql(PRICE)}) p
      cross join lateral (select (${sql(COST)})::numeric(18, 12) as cost, p.id as price_id) priced
      where k.usage_source = 'provider' and priced.cost is not null
        and (k.cost is distinct from priced.cost or k.price_id is distinct from priced.price_id)
    ), done as (
      update llm_calls c set cost = w.cost, price_id = w.price_id,
        first_price_id = coalesce(c.first_price_id, c.price_id)
      from wanted w
      where c.organization_id = w.organization_id and c.id = w.id
        and c.cost is not distinct from w.old_cost
      returning c.*, w.old_cost
    ), differences as (
      select k.organization_id, k.conversation_id, ${sql(USAGE_KEY)},
        k.cost - coalesce(k.old_cost, 0) as cost, (k.old_cost is null)::int as newly_priced
      from done k
    ), by_time as (
      update llm_usage u set cost = u.cost + d.cost,
        unpriced_calls = u.unpriced_calls - d.newly_priced
      from (select organization_id, quarter_at, step, model, stage, sum(cost) as cost,
          sum(newly_priced) as newly_priced from differences group by 1, 2, 3, 4, 5) d
      where (u.organization_id, u.quarter_at, u.step, u.model, u.stage)
        = (d.organization_id, d.quarter_at, d.step, d.model, d.stage)
    ), by_conversation as (
      update llm_usage_conversations u set cost = u.cost + d.cost,
        unpriced_calls = u.unpriced_calls - d.newly_priced
      from (select organization_id, conversation_id, sum(cost) as cost,
          sum(newly_priced) as newly_priced from differences group by 1, 2) d
      where u.organization_id = d.organization_id and u.conversation_id = d.conversation_id
    ), last as (
      select organization_id, id from k order by organization_id desc, id desc limit 1
    )
    select (select organization_id from last), (select id from last),
      (select count(*) from done) as changed`;
}
