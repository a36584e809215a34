import type { Db } from "../client.ts";

/** Dead letters by stream that were neither replayed nor discarded yet. */
export async function countWaitingLetters(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db.rows<{ stream: string; count: number }>`
    select stream, count(*)::int as count from dead_letters
    where replayed_at is null and discarded_at is null group by stream`;
  return new Map(rows.map(({ stream, count }) => [stream, count]));
}
