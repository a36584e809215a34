import type { Db } from "./client.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Reads with a plan made for these very values, by this process alone. A prepared statement gets one
 * plan for all values after its fifth use, which is wrong for either rare or frequent ones; and parallel
 * workers take longer to start than a list may take.
 */
export async function withOwnPlan<T>(db: Db, read: (tx: Transaction) => Promise<T>): Promise<T> {
  return await db.transaction(async (tx) => {
    await tx.rows`select set_config('plan_cache_mode', 'force_custom_plan', true),
      set_config('max_parallel_workers_per_gather', '0', true)`;
    return await read(tx);
  });
}
