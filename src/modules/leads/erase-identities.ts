import { erasedFingerprint } from "../../db/queries/erased-fingerprint.ts";
import type { Change } from "../mutate.ts";
import type { Traces } from "./erase.ts";

/**
 * Ends what the leads are known by. Of those who said stop a fingerprint stays; an older one goes when
 * they have taken their stop back since. Before the conversations change.
 */
export async function forgetIdentities(
  change: Change,
  { organizationId, leadIds, conversationIds, values }: Traces,
): Promise<void> {
  const sql = change.fragment;
  const fingerprint = sql(erasedFingerprint("organization_id", "kind", "value"));
  await change.rows`
    delete from bsuid_moves
    where organization_id = ${organizationId}
      and (previous = any(${values}::text[]) or current = any(${values}::text[]))`;
  await change.rows`
    delete from erased_opt_outs
    where organization_id = ${organizationId} and fingerprint in (
      select ${fingerprint} from lead_identities
      where organization_id = ${organizationId} and lead_id = any(${leadIds}::uuid[]))`;
  await change.rows`
    with stopped as (
      select max(opted_out_at) as at from conversations
      where organization_id = ${organizationId} and id = any(${conversationIds}::uuid[])
    ), gone as (
      delete from lead_identities
      where organization_id = ${organizationId} and lead_id = any(${leadIds}::uuid[])
      returning organization_id, kind, value
    )
    insert into erased_opt_outs (organization_id, fingerprint, opted_out_at)
    select distinct organization_id, ${fingerprint}, stopped.at from gone, stopped
    where stopped.at is not null and gone.kind <> 'username'`;
}
