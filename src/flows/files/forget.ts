import type { Db } from "../../db/client.ts";
import { UNUSED_FILE_DAYS } from "../../funnel/media.ts";
import type { MediaStore } from "../../storage/store.ts";

/** Files looked at in one pass. */
const BATCH = 50;

/** After this another pass tries again to delete what one could not. */
const AGAIN = "interval '10 minutes'";

/**
 * One pass over uploaded files whose time is over: one that a message carries is kept on; what nothing
 * carries goes, first from the store, then its row, so that a crash between leaves the row to go on from.
 * Whoever names a file for a message moves its time, under the row's lock. Answers how many went.
 */
export function createFileForgetter({ db, store }: { db: Db; store: MediaStore }) {
  const sql = db.fragment;
  return async (): Promise<number> => {
    const gone = await db.rows<{ organizationId: string; id: string }>`
      with due as (
        select f.organization_id, f.id, f.state = 'stored' and exists (select 1 from messages m
            where m.organization_id = f.organization_id and m.file_id = f.id) as carried
        from files f where f.kept_until <= now()
        order by f.kept_until limit ${BATCH} for update skip locked
      ), looked as (
        update files f set state = case when d.carried then f.state else 'forgotten' end,
          kept_until = now() + case when d.carried then ${UNUSED_FILE_DAYS} * interval '1 day'
            else ${sql(AGAIN)} end
        from due d where f.organization_id = d.organization_id and f.id = d.id
        returning f.organization_id, f.id, f.state
      )
      select organization_id, id from looked where state = 'forgotten'`;
    for (const { organizationId, id } of gone) {
      await store.delete(`${organizationId}/${id}`);
      await db.rows`delete from files
        where organization_id = ${organizationId} and id = ${id} and state = 'forgotten'`;
    }
    return gone.length;
  };
}
