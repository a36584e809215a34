import type { Db } from "../client.ts";

/** How far business time is ahead of real time; 0 unless the simulator moved it. */
export async function readClockOffsetMs(db: Db): Promise<number> {
  const row = await db.first<{ offsetMs: number }>`
    select offset_ms from clock_offset where id = 1`;
  return row?.offsetMs ?? 0;
}

/** Moves business time on for every process; they follow within a second. Answers the new offset. */
export async function advanceClockOffset(db: Db, advanceMs: number): Promise<number> {
  const row = await db.first<{ offsetMs: number }>`
    insert into clock_offset (id, offset_ms) values (1, ${advanceMs})
    on conflict (id) do update set offset_ms = clock_offset.offset_ms + excluded.offset_ms
    returning offset_ms`;
  return row?.offsetMs ?? 0;
}
