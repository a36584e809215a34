import type { Db } from "../../db/client.ts";
import type { LetterCounts } from "./alert.ts";

/**
 * What `deadLetterAlert` judges: each stream with letters of the last day. One that is not named has
 * none. Read from the index by age; a day of them is a few rows, or an outage.
 */
export function countRecentLetters(db: Db): Promise<LetterCounts[]> {
  return db.rows<LetterCounts>`
    select stream,
      count(*) filter (where created_at > now() - interval '10 minutes')::int as last_ten_minutes,
      count(*) filter (where created_at <= now() - interval '10 minutes')::int as day_before
    from dead_letters where created_at > now() - interval '24 hours 10 minutes'
    group by stream order by stream`;
}
