import { AppError } from "../../lib/errors.ts";
import type { Db } from "../client.ts";

/**
 * The number of partitions, fixed at first boot. Later it must not change: it decides which stream an
 * organization's work is in. Without a `wanted` number the stored one holds; `suitable` is asked only
 * by the first boot.
 */
export async function fixPartitions(
  db: Db,
  wanted: number | null,
  suitable: () => Promise<number>,
): Promise<number> {
  const stored =
    (await storedPartitions(db)) ?? (await storePartitions(db, wanted ?? (await suitable())));
  if (wanted === null || wanted === stored) return stored;
  throw new AppError(
    "invalid_config",
    `PARTITIONS is ${wanted}, but this installation was made with ${stored}. ` +
      `Set PARTITIONS=${stored}: changing it would leave work behind in other streams.`,
  );
}

/** The number of partitions of an installation that has been started before. */
export async function storedPartitions(db: Db): Promise<number | undefined> {
  const row = await db.first<{ partitions: number }>`
    select partitions from installation where id = 1`;
  return row?.partitions;
}

/** Of several processes that boot at once, the first one's number is stored. */
async function storePartitions(db: Db, partitions: number): Promise<number> {
  await db.rows`
    insert into installation (id, partitions) values (1, ${partitions}) on conflict do nothing`;
  return (await storedPartitions(db)) ?? partitions;
}
