import type { Db } from "../client.ts";

/** So often a number's templates are read at Meta when nothing else asks for it. */
export const SYNC_EVERY_MINUTES = 15;

/**
 * Least time between two reads that notices ask for. Meta allows 200 questions an hour about an account;
 * a read asks one for each 250 templates.
 */
const SYNC_PAUSE_MINUTES = 2;

/** Has the templates of these numbers read anew, as soon as Meta's allowance lets it. */
export async function wantTemplates(
  db: Db,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<void> {
  await db.rows`
    update integrations set templates_due_at = greatest(now(),
      coalesce(templates_synced_at, '-infinity') + ${SYNC_PAUSE_MINUTES} * interval '1 minute')
    where organization_id = ${organizationId} and id = any(${[...integrationIds]}::uuid[])
      and templates_due_at > greatest(now(),
        coalesce(templates_synced_at, '-infinity') + ${SYNC_PAUSE_MINUTES} * interval '1 minute')`;
}
