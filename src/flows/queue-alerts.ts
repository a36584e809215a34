import type { Db } from "../db/client.ts";
import type { Announcer } from "./announce.ts";
import { judge, keyOfAlert, type QueueLook } from "./queue-alerts/rules.ts";
import { clearAlerts, raiseAlerts, raisedAlerts } from "./queue-alerts/store.ts";

/** Growth is measured over about this long. */
const BEFORE_MS = 60_000;

export interface QueueAlertsDeps {
  db: Db;
  announcer: Announcer;
  /** Fails with `queue_unavailable`: nothing is judged then. */
  look(): Promise<QueueLook>;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

/**
 * One look at the queue by its rules; answers the keys of what was raised and cleared. What is raised
 * stands in rows, so that a restart or another leader raises nothing twice. Only how fast a stream
 * grows is remembered here: a new leader knows it after a minute.
 */
export function createQueueAlerts(
  deps: QueueAlertsDeps,
): () => Promise<{ raised: string[]; cleared: string[] }> {
  const { db, announcer } = deps;
  let looks: { atMs: number; look: QueueLook }[] = [];
  return async () => {
    const look = await deps.look();
    const nowMs = deps.monotonicMs();
    const before = looks.findLast(({ atMs }) => nowMs - atMs >= BEFORE_MS) ?? null;
    // Those younger, and the one that is just old enough.
    looks = [...looks.filter((one) => one === before || nowMs - one.atMs < BEFORE_MS)];
    looks.push({ atMs: nowMs, look });
    const { raise, clear } = judge(look, before?.look ?? null, await raisedAlerts(db));
    const events = [
      ...(raise.length > 0 ? await raiseAlerts(db, raise) : []),
      ...(clear.length > 0 ? await clearAlerts(db, clear) : []),
    ];
    if (events.length > 0) await announcer.announce({ events });
    return { raised: raise.map(keyOfAlert), cleared: clear.map(keyOfAlert) };
  };
}
