import type { Transaction } from "../../db/transaction.ts";
import { AppError } from "../../lib/errors.ts";
import { noLetter } from "./rows.ts";

/** A letter that nobody has decided about for good, as it is for the rest of the transaction. */
export interface OpenLetter {
  organizationId: string | null;
  stream: string;
  entry: Uint8Array;
  isScheduled: boolean;
}

interface Locked extends OpenLetter {
  replayedAt: Date | null;
  replayAskedAt: Date | null;
  isStarted: boolean;
  discardedAt: Date | null;
  discardedBy: string | null;
}

/**
 * Locks a letter. Fails with `not_found`, and with `conflict` when it was replayed or discarded, or its
 * replay is under way.
 */
export async function lockOpenLetter(tx: Transaction, id: string): Promise<OpenLetter> {
  const row = await tx.first<Locked>`
    select d.organization_id, d.stream, d.entry, d.replay_due_at is not null as is_scheduled,
      d.replay_started_at is not null as is_started, d.replay_asked_at, d.replayed_at,
      d.discarded_at, d.discarded_by
    from dead_letters d where d.id = ${id} for update`;
  if (!row) throw noLetter(id);
  const obstacle = obstacleTo(row);
  if (obstacle !== null) throw new AppError("conflict", obstacle, { id });
  return row;
}

function obstacleTo({ replayedAt, discardedAt, discardedBy, isStarted }: Locked): string | null {
  if (replayedAt !== null) return `It was already replayed at ${replayedAt.toISOString()}.`;
  if (discardedAt !== null) {
    return `It was discarded at ${discardedAt.toISOString()} by ${discardedBy}.`;
  }
  return isStarted ? "It is being replayed right now: read it again in a moment." : null;
}
