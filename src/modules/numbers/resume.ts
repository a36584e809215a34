import type { Change } from "../mutate.ts";

/** Lets a number that was stopped go on, and wakes what waits on it. False: it was not stopped. */
export async function resume(
  change: Pick<Change, "first" | "wake">,
  organizationId: string,
  integrationId: string,
): Promise<boolean> {
  const resumed = await change.first`
    update integrations set stopped_at = null, stop_reason = null, stop_text = null,
      version = version + 1
    where organization_id = ${organizationId} and id = ${integrationId}
      and active and stopped_at is not null
    returning id`;
  if (!resumed) return false;
  change.wake({ stream: "outbound", entry: { v: 1, organizationId, integrationId } });
  return true;
}
