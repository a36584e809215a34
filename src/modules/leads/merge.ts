import { AppError } from "../../lib/errors.ts";
import type { Change, Mutate } from "../mutate.ts";
import { tellOfLeads, wasMerged } from "./locks.ts";
import { joinConversations } from "./merge-conversations.ts";
import type { Lead } from "./model.ts";
import { getLead, noLead } from "./read.ts";
import { cleanTags } from "./rules.ts";
import type { By } from "./service.ts";

/**
 * Makes one lead of two (decision 0011): `leadId` goes into `intoId`. A repeat changes nothing. Fails
 * with `not_found`, and `conflict` when either was merged into another, the target was erased, or both
 * are the same.
 */
export async function mergeLead(
  mutate: Mutate,
  { principal, actor, headers }: By,
  leadId: string,
  intoId: string,
): Promise<Lead> {
  const { organizationId } = actor;
  return await mutate(
    actor,
    async (change) => {
      const pair = { organizationId, from: leadId, into: intoId.toLowerCase() };
      if ((await lockBoth(change, pair)) === "merged") {
        return await getLead(change, organizationId, pair.into);
      }
      const from = await getLead(change, organizationId, pair.from);
      const before = await getLead(change, organizationId, pair.into);
      await change.rows`
        select 1 from conversations
        where organization_id = ${organizationId} and lead_id in (${pair.from}, ${pair.into})
        order by id for update`;
      await joinLeads(change, pair, from, before);
      change.stored(await joinConversations(change, pair));
      await change.rows`
        insert into lead_events (organization_id, id, lead_id, kind, user_id, merged_lead_id)
        values (${organizationId}, gen_random_uuid(), ${pair.into}, 'merged', ${principal.userId},
          ${pair.from})`;
      const after = await getLead(change, organizationId, pair.into);
      change.audit({
        action: "lead.merged",
        resourceId: pair.from,
        before: { mergedInto: null },
        after: { mergedInto: pair.into },
      });
      change.audit({ action: "lead.updated", resourceId: pair.into, before, after });
      await tellOfLeads(change, "lead.updated", organizationId, [pair.from, pair.into]);
      return after;
    },
    { key: headers["idempotency-key"], request: ["lead merge", leadId, intoId] },
  );
}

export interface Pair {
  organizationId: string;
  from: string;
  into: string;
}

/** In the order of their ids, so that two merges the other way round wait for each other. */
async function lockBoth(
  change: Change,
  { organizationId, from, into }: Pair,
): Promise<"apart" | "merged"> {
  const found = await change.rows<{ id: string; mergedInto: string | null; erased: boolean }>`
    select id, merged_into, erased_at is not null as erased from leads
    where organization_id = ${organizationId} and id in (${from}, ${into})
    order by id for update`;
  const source = found.find(({ id }) => id === from);
  const target = found.find(({ id }) => id === into);
  if (!source || source.erased) throw noLead(from);
  if (!target) throw new AppError("not_found", "There is no lead to merge into.");
  if (from === into) throw new AppError("conflict", "A lead cannot be merged into itself.");
  if (source.mergedInto === into) return "merged";
  if (source.mergedInto !== null) throw wasMerged(from, source.mergedInto);
  if (target.mergedInto !== null) throw wasMerged(into, target.mergedInto);
  if (target.erased) throw new AppError("conflict", "The lead to merge into was erased.");
  return "apart";
}

/** What the target has stays; what it lacks comes from the other, as do identities and notes. */
async function joinLeads(change: Change, pair: Pair, from: Lead, into: Lead): Promise<void> {
  const { organizationId } = pair;
  const tags = cleanTags([...into.tags, ...from.tags]);
  await change.rows`
    update leads t set name = coalesce(t.name, s.name),
      named_by_team = case when t.name is null then s.named_by_team else t.named_by_team end,
      username = coalesce(t.username, s.username), email = coalesce(t.email, s.email),
      company = coalesce(t.company, s.company), referral = coalesce(t.referral, s.referral),
      owner_id = coalesce(t.owner_id, s.owner_id), tags = ${tags}::text[],
      fields = s.fields || t.fields, phones = btrim(t.phones || ' ' || s.phones),
      marketing_stopped_at = least(t.marketing_stopped_at, s.marketing_stopped_at),
      has_bsuid = t.has_bsuid or s.has_bsuid, version = t.version + 1
    from leads s
    where t.organization_id = ${organizationId} and t.id = ${pair.into}
      and s.organization_id = ${organizationId} and s.id = ${pair.from}`;
  await change.rows`
    update leads set merged_into = ${pair.into}, phones = '', has_bsuid = false, owner_id = null,
      version = version + 1
    where organization_id = ${organizationId} and id = ${pair.from}`;
  // One step leads from any merged lead to the one that is there.
  await change.rows`
    update leads set merged_into = ${pair.into}, version = version + 1
    where organization_id = ${organizationId} and merged_into = ${pair.from}`;
  await change.rows`
    with identities as (
      update lead_identities set lead_id = ${pair.into}
      where organization_id = ${organizationId} and lead_id = ${pair.from}
    )
    update lead_notes set lead_id = ${pair.into}
    where organization_id = ${organizationId} and lead_id = ${pair.from}`;
}
