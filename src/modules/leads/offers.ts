import type { Change } from "../mutate.ts";
import { tellOfLeads } from "./locks.ts";

/** Nobody is named as maybe the same as these leads any more; tells of those that were. */
export async function withdrawOffers(
  change: Change,
  organizationId: string,
  leadIds: readonly string[],
): Promise<void> {
  await pointOffers(change, organizationId, leadIds, null);
}

/** Whoever was maybe the same as these leads is maybe the same as `toId`. */
export async function pointOffers(
  change: Change,
  organizationId: string,
  leadIds: readonly string[],
  toId: string | null,
): Promise<void> {
  const others = await change.rows<{ id: string }>`
    update leads set maybe_same_as = nullif(${toId}::uuid, id), version = version + 1
    where organization_id = ${organizationId} and maybe_same_as = any(${[...leadIds]}::uuid[])
      and erased_at is null and merged_into is null
    returning id`;
  if (others.length === 0) return;
  await tellOfLeads(
    change,
    "lead.updated",
    organizationId,
    others.map(({ id }) => id),
  );
}
