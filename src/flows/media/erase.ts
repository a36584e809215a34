import type { Db } from "../../db/client.ts";
import { isStillMine, type MediaClaim } from "./claim.ts";

/** Longer than any fetch of a file can last that had begun before: what it leaves goes then. */
const LAST_LOOK = "interval '15 minutes'";

/**
 * The file is gone from the store. Its row stays until nobody can be writing it any more; then the store
 * is asked once more, and the row goes too.
 */
export async function settleErased(db: Db, claim: MediaClaim): Promise<void> {
  const sql = db.fragment;
  await db.rows`
    with gone as (
      delete from media md
      where ${isStillMine(db, claim)} and md.erased_at <= now() - ${sql(LAST_LOOK)}
    )
    update media md set attempts = 0, lease_owner = null,
      next_attempt_at = md.erased_at + ${sql(LAST_LOOK)}
    where ${isStillMine(db, claim)} and md.erased_at > now() - ${sql(LAST_LOOK)}`;
}
