import { createDb } from "./client.ts";

export interface Leader {
  /** True while this process holds the lock; tries to take it when it does not. */
  isLeader(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Leadership by a session advisory lock on a connection of its own: when the session dies, the lock
 * is gone. Two leaders for a moment are harmless, because all a leader does is idempotent.
 */
export function createLeader(settings: { url: string; name: string; lockKey: number }): Leader {
  const db = createDb({ url: settings.url, name: settings.name, maxConnections: 1 });
  let heldBySession = 0;
  return {
    isLeader: async () => {
      const row = await db.first<{ pid: number; taken: boolean }>`
        select pg_backend_pid() as pid, case when pg_backend_pid() = ${heldBySession} then true
          else pg_try_advisory_lock(${settings.lockKey}) end as taken`;
      heldBySession = row?.taken ? row.pid : 0;
      return heldBySession !== 0;
    },
    close: () => db.close(1_000),
  };
}
