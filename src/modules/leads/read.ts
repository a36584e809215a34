import { leadState, utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import type { Lead } from "./model.ts";

const MAX_CONVERSATIONS = 20;

/** A lead's own conversations, and those of the leads merged into it. */
const CONVERSATIONS = `(
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'integrationId', c.integration_id,
      'stage', c.stage, 'intent', c.intent, 'sentiment', c.sentiment, 'mode', c.mode,
      'lastMessageAt', ${utc("c.last_message_at")}, 'isArchived', c.ended_at is not null)
    order by c.last_message_at desc nulls last), '[]')
  from (
    select * from conversations
    where organization_id = l.organization_id and lead_id = any(array(
      select l.id union all select s.id from leads s
      where s.organization_id = l.organization_id and s.merged_into = l.id))
    order by last_message_at desc nulls last limit ${MAX_CONVERSATIONS}
  ) c)`;

/** A lead as REST shows it: static SQL over lead `l`. */
export const LEAD = `${leadState("l")} - 'erasedAt' || jsonb_build_object(
  'owner', (select jsonb_build_object('id', u.id, 'name', u.name) from users u where u.id = l.owner_id),
  'conversations', ${CONVERSATIONS})`;

/** Merged leads too; fails with `not_found` for erased ones. */
export async function getLead(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
  leadId: string,
): Promise<Lead> {
  const found = await db.first<{ lead: Lead }>`
    select ${db.fragment(LEAD)} as lead from leads l
    where l.organization_id = ${organizationId} and l.id = ${leadId} and l.erased_at is null`;
  if (!found) throw noLead(leadId);
  return found.lead;
}

/** The same words for what does not exist and for what is another organization's. */
export function noLead(leadId: string): AppError {
  return new AppError("not_found", "There is no such lead.", { leadId });
}
