import type { Db } from "../client.ts";

/** Every alert that ever was raised, and whether it is now: one for each rule and stream. */
export async function everyQueueAlert(
  db: Db,
): Promise<{ rule: string; stream: string | null; raised: boolean }[]> {
  return await db.rows`
    select rule, nullif(stream, '') as stream, cleared_at is null as raised from queue_alerts`;
}
