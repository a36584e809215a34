import { AppError } from "../../lib/errors.ts";
import type { Db } from "../client.ts";

/**
 * Fixes the number of partitions at first boot. Later it must not change: it decides which stream an
 * organization's work is in.
 */
export async function confirmPartitions(db: Db, partitions: number): Promise<void> {
  await db.rows`
    insert into installation (id, partitions) values (1, ${partitions}) on conflict do nothing`;
  const row = await db.first<{ partitions: number }>`
    select partitions from installation where id = 1`;
  if (row === undefined || row.partitions === partitions) return;
  throw new AppError(
    "invalid_config",
    `PARTITIONS is ${partitions}, but this installation was made with ${row.partitions}. ` +
      `Set PARTITIONS=${row.partitions}: changing it would leave work behind in other streams.`,
  );
}
