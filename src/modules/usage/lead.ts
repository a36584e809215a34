import type { Db } from "../../db/client.ts";
import { EXCHANGED, MESSAGE_FEES } from "../../db/queries/reports.ts";
import { AppError } from "../../lib/errors.ts";
import { MODEL_USAGE } from "./llm.ts";
import type { LeadUsage, ModelUsage } from "./model.ts";

interface Exchanged {
  received: number;
  sent: number;
  unpriced: number;
  feeUsd: string | null;
}

/** Of our messages only. */
const OWN_FEES = MESSAGE_FEES.replace(
  "count(*) > 0",
  "count(*) filter (where m.author <> 'lead') > 0",
);

/** What one lead has cost so far. Fails with `not_found`. */
export async function readLeadUsage(
  db: Db,
  organizationId: string,
  leadId: string,
): Promise<LeadUsage> {
  const { root, people } = await samePerson(db, organizationId, leadId);
  const sql = db.fragment;
  const [model, messages] = await Promise.all([
    db.first<ModelUsage>`
      select ${sql(MODEL_USAGE)} from conversations c
      join llm_usage_conversations u on u.organization_id = c.organization_id
        and u.conversation_id = c.id
      where c.organization_id = ${organizationId} and c.lead_id = any(${people}::uuid[])`,
    db.first<Exchanged>`
      select count(*) filter (where m.author = 'lead') as received,
        count(*) filter (where m.author <> 'lead') as sent,
        count(*) filter (where m.author <> 'lead' and f.usd is null) as unpriced,
        (${sql(OWN_FEES)})::text as fee_usd
      from conversations c
      join messages m on m.organization_id = c.organization_id and m.conversation_id = c.id
      left join message_fees f on f.organization_id = m.organization_id and f.message_id = m.id
      where c.organization_id = ${organizationId} and c.lead_id = any(${people}::uuid[])
        and m.${sql(EXCHANGED)}`,
  ]);
  if (!model || !messages) throw new Error("An aggregate answers with one row.");
  return {
    leadId: root,
    model,
    messages,
  };
}

/** The lead that this one is by now, and all that were merged into it. */
async function samePerson(
  db: Db,
  organizationId: string,
  leadId: string,
): Promise<{ root: string; people: string[] }> {
  const found = await db.first<{ root: string; people: string[] }>`
    with recursive up as (
      select id, merged_into from leads where organization_id = ${organizationId} and id = ${leadId}
      union
      select l.id, l.merged_into from up join leads l
        on l.organization_id = ${organizationId} and l.id = up.merged_into
    ), down as (
      select id from up where merged_into is null
      union
      select l.id from down join leads l
        on l.organization_id = ${organizationId} and l.merged_into = down.id
    )
    select (select id from up where merged_into is null) as root,
      (select array_agg(id) from down) as people
    from up limit 1`;
  if (!found) throw new AppError("not_found", "There is no such lead.", { leadId });
  return found;
}
