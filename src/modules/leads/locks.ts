import { leadNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import { AppError } from "../../lib/errors.ts";
import type { LiveEvent, LiveEventKind } from "../../lib/events.ts";
import type { Change } from "../mutate.ts";
import { noLead } from "./read.ts";

// Everything that changes leads locks in one order: the owner's membership, leads by id, conversations
// by id, messages.

/** Locks a lead that can be changed. Fails with `not_found`, or `conflict` for a merged one. */
export async function lockLead(
  change: Change,
  organizationId: string,
  leadId: string,
): Promise<void> {
  const lead = await change.first<{ mergedInto: string | null }>`
    select merged_into from leads
    where organization_id = ${organizationId} and id = ${leadId} and erased_at is null
    for update`;
  if (!lead) throw noLead(leadId);
  if (lead.mergedInto !== null) throw wasMerged(leadId, lead.mergedInto);
}

export function wasMerged(leadId: string, mergedInto: string): AppError {
  return new AppError("conflict", `The lead was merged into ${mergedInto}: use that one.`, {
    leadId,
    mergedInto,
  });
}

/** Holds an owner's membership, so that nobody removes it meanwhile. Fails with `invalid_input`. */
export async function requireMember(
  change: Change,
  organizationId: string,
  ownerId: string | null | undefined,
): Promise<void> {
  if (ownerId === null || ownerId === undefined) return;
  const member = await change.first`
    select 1 from memberships
    where organization_id = ${organizationId} and user_id = ${ownerId} and removed_at is null
    for share`;
  if (!member) throw new AppError("invalid_input", "ownerId is no member.", { ownerId });
}

/** Tells of leads as they are now. */
export async function tellOfLeads(
  change: Change,
  kind: Extract<LiveEventKind, `lead.${string}`>,
  organizationId: string,
  leadIds: readonly string[],
): Promise<void> {
  const sql = change.fragment;
  const row = await change.first<{ events: LiveEvent[] }>`
    with told as (
      select * from leads
      where organization_id = ${organizationId} and id = any(${[...leadIds]}::uuid[])
    ), news as (
      ${sql(outboxInsert(leadNews(kind, "told")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  change.stored(row?.events ?? []);
}
