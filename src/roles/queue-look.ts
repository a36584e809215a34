import { inspectQueue } from "../../streams/inspect.ts";
import { openNumbers } from "../db/queries/open-numbers.ts";
import { workerSilenceMs } from "../db/queries/workers.ts";
import type { QueueLook } from "../flows/queue-alerts/rules.ts";
import type { Core } from "./core.ts";

/** What the queue's alerts are judged by: Redis and rows, put together. */
export async function lookAtQueue({
  db,
  redis,
  keyspace,
}: Pick<Core, "db" | "redis" | "keyspace">): Promise<QueueLook> {
  const [{ streams, breakers }, numbers, workerSilentMs] = await Promise.all([
    inspectQueue({ redis, keyspace }),
    openNumbers(db),
    workerSilenceMs(db),
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
    // The verdicts of `deadLetterAlert` on `countRecentLetters` belong here.
    letters: [],
  };
}
