import type { QueueDepths, StreamDepth } from "../../../streams/inspect.ts";
import type { Db } from "../../db/client.ts";
import { countWaitingLetters } from "../../db/queries/waiting-letters.ts";
import type { Queue } from "./model.ts";

export interface QueueDeps {
  db: Db;
  /** Fails with `queue_unavailable`. */
  inspect(): Promise<QueueDepths>;
}

/** What waits where, summed over partitions, and what was given up for good. */
export async function readQueue({ db, inspect }: QueueDeps): Promise<Queue> {
  const [{ streams, delayed }, dead] = await Promise.all([inspect(), countWaitingLetters(db)]);
  const byName = Map.groupBy(streams, ({ stream }) => stream);
  return {
    streams: [...byName].map(([stream, parts]) => ({
      stream,
      ...sum(parts),
      dead: dead.get(stream) ?? 0,
    })),
    delayed: {
      count: total(delayed.map(({ count }) => count)),
      overdueMs: Math.max(0, ...delayed.map(({ overdueMs }) => overdueMs)),
    },
  };
}

function sum(parts: readonly StreamDepth[]) {
  const lags = parts.map(({ lag }) => lag).filter((lag) => lag !== null);
  const waiting = total(parts.map((part) => part.waiting));
  return {
    depth: total(parts.map(({ depth }) => depth)),
    lag: lags.length === parts.length ? total(lags) : null,
    running: total(parts.map(({ pending }) => pending)) - waiting,
    waiting,
    oldestAgeMs: Math.max(0, ...parts.map(({ oldestAgeMs }) => oldestAgeMs)),
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
