import type { Db } from "../../db/client.ts";

/** Meta counts people over so long a time, rolling (whatsapp.md 7, "Messaging limit"). */
const REACH_MS = 24 * 60 * 60 * 1_000;

/** Forgotten in one go: more are not left behind by one message. */
const FORGOTTEN_AT_ONCE = 100;

/** One person outside their window, of those whom a portfolio's numbers may write to together. */
export interface Reach {
  portfolioId: string;
  leadId: string;
  /** People in 24 hours. */
  limit: number;
}

/**
 * Takes a person's place in the portfolio's limit; whoever has one keeps it, and has it for another
 * 24 hours. Null: taken; otherwise how long until somebody's place is free. A transaction, because the
 * count has to see what those before us in the lock's queue have written. `now` is business time.
 */
export async function takeReach(
  db: Db,
  { portfolioId, leadId, limit }: Reach,
  now: Date,
): Promise<{ retryAfterMs: number } | null> {
  const since = new Date(now.getTime() - REACH_MS);
  return await db.transaction(async (tx) => {
    await tx.rows`select pg_advisory_xact_lock(hashtextextended(${portfolioId}, 0))`;
    await tx.rows`
      delete from portfolio_reach where (portfolio_id, lead_id) in (
        select portfolio_id, lead_id from portfolio_reach
        where portfolio_id = ${portfolioId} and reached_at <= ${since}
        order by reached_at limit ${FORGOTTEN_AT_ONCE})`;
    const reached = await tx.first<{ count: number; oldestAt: Date | null; known: boolean }>`
      select count(*)::int as count, min(reached_at) as oldest_at,
        coalesce(bool_or(lead_id = ${leadId}), false) as known
      from portfolio_reach where portfolio_id = ${portfolioId} and reached_at > ${since}`;
    const { count = 0, oldestAt = null, known = false } = reached ?? {};
    if (!known && count >= limit) {
      const freeAt = (oldestAt ?? now).getTime() + REACH_MS;
      return { retryAfterMs: Math.max(1_000, freeAt - now.getTime()) };
    }
    await tx.rows`
      insert into portfolio_reach (portfolio_id, lead_id, reached_at)
      values (${portfolioId}, ${leadId}, ${now})
      on conflict (portfolio_id, lead_id)
        do update set reached_at = greatest(portfolio_reach.reached_at, excluded.reached_at)`;
    return null;
  });
}
