import type { Db } from "../db/client.ts";
import { recordIngress } from "../db/queries/integrations.ts";
import { errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";

/** Each number is recorded at most this often: the verdict on silence needs no more. */
const RECORD_EVERY_MS = 5_000;

/**
 * Notes which numbers webhooks still arrive for. In the background: a note that is lost only makes
 * the verdict on an unanswered send later.
 */
export function createIngressRecorder(deps: {
  db: Db;
  log: Log;
  monotonicMs(): number;
}): (integrationIds: readonly string[]) => void {
  const recordedAtMs = new Map<string, number>();
  return (integrationIds) => {
    const nowMs = deps.monotonicMs();
    const due = [...new Set(integrationIds)].filter(
      (id) => nowMs - (recordedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) >= RECORD_EVERY_MS,
    );
    if (due.length === 0) return;
    for (const id of due) recordedAtMs.set(id, nowMs);
    recordIngress(deps.db, due).catch((error: unknown) => {
      deps.log.debug({ error: errorMessage(error) }, "ingress not recorded");
    });
  };
}
