import type { Db } from "../../db/client.ts";
import { phoneVariants } from "../../whatsapp/phone-variants.ts";

/** Somebody as Meta names them, within one portfolio. */
export interface Named {
  organizationId: string;
  scope: string;
  phone: string | null;
  bsuid: string | null;
}

/**
 * The living lead that is, or by its BSUID once was, known so. A BSUID is never given to somebody else,
 * so that one of the past still tells who it is; a phone number may be.
 */
export async function findHolder(
  db: Db,
  { organizationId, scope, phone, bsuid }: Named,
): Promise<string | null> {
  const row = await db.first<{ leadId: string }>`
    select i.lead_id from (
      select lead_id, 0 as rank, ended_at from lead_identities
      where organization_id = ${organizationId} and kind = 'bsuid' and scope = ${scope}
        and value = ${bsuid}
      union all
      select lead_id, 1, ended_at from lead_identities
      where organization_id = ${organizationId} and kind = 'phone' and scope = ''
        and value = any(${phone === null ? [] : phoneVariants(phone)}::text[]) and ended_at is null
    ) i join leads l on l.organization_id = ${organizationId} and l.id = i.lead_id
    where l.erased_at is null and l.merged_into is null
    order by i.rank, i.ended_at desc nulls first limit 1`;
  return row?.leadId ?? null;
}
