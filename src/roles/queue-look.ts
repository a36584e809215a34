import { inspectQueue } from "../../streams/inspect.ts";
import { openNumbers } from "../db/queries/open-numbers.ts";
import { workerSilenceMs } from "../db/queries/workers.ts";
import { deadLetterAlert } from "../flows/dead-letters/alert.ts";
import { countRecentLetters } from "../flows/dead-letters/rate.ts";
import type { QueueLook } from "../flows/queue-alerts/rules.ts";
import type { Core } from "./core.ts";

/** What the queue's alerts are judged by: Redis and rows, put together. */
export async function lookAtQueue({
  db,
  redis,
  keyspace,
}: Pick<Core, "db" | "redis" | "keyspace">): Promise<QueueLook> {
  const [{ streams, breakers }, numbers, workerSilentMs, letters] = await Promise.all([
    inspectQueue({ redis, keyspace }),
    openNumbers(db),
    workerSilenceMs(db),
    countRecentLetters(db),
  ]);
  return {
    streams: [...Map.groupBy(streams, ({ stream }) => stream)].map(([stream, parts]) => {
      const lags = parts.map(({ lag }) => lag).filter((lag) => lag !== null);
      return {
        stream,
        depth: parts.reduce((sum, { depth }) => sum + depth, 0),
        lag: lags.length < parts.length ? null : lags.reduce((sum, lag) => sum + lag, 0),
        oldestAgeMs: Math.max(...parts.map(({ oldestAgeMs }) => oldestAgeMs)),
        fullness: Math.max(...parts.map(({ length, fullAt }) => length / fullAt)),
      };
    }),
    breakers,
    numbers,
    workerSilentMs,
    letters: letters.map((counts) => ({ stream: counts.stream, ...deadLetterAlert(counts) })),
  };
}
