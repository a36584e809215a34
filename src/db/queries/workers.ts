import type { Db } from "../client.ts";

export interface WorkerIdentity {
  id: string;
  role: string;
  host: string;
  pid: number;
}

/** Says that the process lives. Database time, so that no clock skew can kill a living worker. */
export async function beat(db: Db, worker: WorkerIdentity): Promise<void> {
  await db.rows`
    insert into workers (id, role, host, pid)
    values (${worker.id}, ${worker.role}, ${worker.host}, ${worker.pid})
    on conflict (id) do update set seen_at = now()`;
}

/** A process that stops in order frees its leases at once. */
export async function signOff(db: Db, workerId: string): Promise<void> {
  await db.rows`delete from workers where id = ${workerId}`;
}

/** Workers whose heartbeat is younger than the limit after which leases are free. */
export async function countLivingWorkers(db: Db): Promise<number> {
  const row = await db.first<{ living: number }>`
    select count(*)::int as living from workers
    where role in ('worker', 'all') and seen_at > now() - interval '8 seconds'`;
  return row?.living ?? 0;
}

/** How long ago any worker's heartbeat came, in milliseconds; null when none is known. */
export async function workerSilenceMs(db: Db): Promise<number | null> {
  const row = await db.first<{ silentMs: number | null }>`
    select (extract(epoch from now() - max(seen_at)) * 1000)::float8 as silent_ms from workers
    where role in ('worker', 'all')`;
  return row?.silentMs ?? null;
}
