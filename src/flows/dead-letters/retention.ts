import type { Db } from "../../db/client.ts";

/** Letters removed in one pass; the rest waits for the next. */
const BATCH = 500;

/**
 * Removes letters that were replayed or discarded over so many days ago. One that nobody has decided
 * about stays: it may be all that is left of what a lead wrote.
 */
export async function removeSettledLetters(db: Db, keepDays: number): Promise<number> {
  const removed = await db.rows`
    delete from dead_letters where id in (
      select id from dead_letters
      where coalesce(replayed_at, discarded_at) < now() - ${keepDays} * interval '1 day'
      order by coalesce(replayed_at, discarded_at) limit ${BATCH})
    returning 1`;
  return removed.length;
}
