import type { Db } from "../client.ts";

/** Connected numbers whose breaker is not closed, and for how long the longest, in milliseconds. */
export async function openNumbers(db: Db): Promise<{ count: number; longestOpenMs: number }> {
  const row = await db.first<{ count: number; longestOpenMs: number }>`
    select count(*)::int as count,
      coalesce(extract(epoch from now() - min(breaker_opened_at)) * 1000, 0)::float8
        as longest_open_ms
    from integrations where active and breaker_opened_at is not null`;
  return row ?? { count: 0, longestOpenMs: 0 };
}
