import type { Db } from "../../db/client.ts";

/** Where a BSUID counts. */
export interface Scope {
  organizationId: string;
  /** The business portfolio. */
  scope: string;
}

/** Remembers that `current` took the place of `previous`, also when no lead has either yet. */
export async function recordMove(
  db: Db,
  { organizationId, scope }: Scope,
  { previous, current }: { previous: string; current: string },
): Promise<void> {
  await db.rows`
    insert into bsuid_moves (organization_id, scope, previous, current)
    values (${organizationId}, ${scope}, ${previous}, ${current})
    on conflict (organization_id, scope, previous) do update set current = excluded.current
    where bsuid_moves.current <> excluded.current`;
}

/** More changes of phone than one person makes. */
const MAX_MOVES = 50;

/** The id that all known moves lead to from this one; itself when there is none. */
export async function newestBsuid(
  db: Db,
  { organizationId, scope }: Scope,
  bsuid: string,
): Promise<string> {
  const row = await db.first<{ bsuid: string }>`
    with recursive chain as (
      select ${bsuid}::text as bsuid, 0 as step
      union all
      select v.current, c.step + 1 from chain c join bsuid_moves v
        on v.organization_id = ${organizationId} and v.scope = ${scope} and v.previous = c.bsuid
      where c.step < ${MAX_MOVES}
    )
    select bsuid from chain order by step desc limit 1`;
  return row?.bsuid ?? bsuid;
}
