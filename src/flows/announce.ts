import type { Db } from "../db/client.ts";
import { errorMessage } from "../lib/errors.ts";
import type { LiveEvent } from "../lib/events.ts";
import type { Log } from "../lib/log.ts";
import type { Append, Publish, Wakeup } from "./deps.ts";

/** Published rows are deleted together: one statement per this many, or per pause. */
const DELETE_BATCH = 500;
const DELETE_PAUSE_MS = 250;

/** What a commit made true and the rest of the system should hear about. */
export interface News {
  append?: readonly Append[];
  schedule?: readonly Wakeup[];
  events?: readonly LiveEvent[];
}

export interface Announcer {
  /** After a commit: publishes hints. Never rejects; what is lost here the sweep rebuilds from rows. */
  announce(news: News): Promise<void>;
  /** Publishes events of outbox rows and forgets them; the sweep's way in. Rejects when Redis is away. */
  republish(events: readonly LiveEvent[]): Promise<void>;
  /** Deletes what was published and not yet deleted. */
  flush(): Promise<void>;
}

export function createAnnouncer(deps: { db: Db; publish: Publish; log: Log }): Announcer {
  const published: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const ids = published.splice(0, DELETE_BATCH);
    if (ids.length === 0) return;
    try {
      await deps.db.rows`delete from outbox where id = any(${ids}::uuid[])`;
    } catch (error) {
      deps.log.warn({ error: errorMessage(error), rows: ids.length }, "outbox rows not deleted");
    }
    if (published.length > 0) await flush();
  }

  function forget(events: readonly LiveEvent[]): void {
    published.push(...events.map((event) => event.eventId));
    timer ??= setTimeout(() => void flush(), DELETE_PAUSE_MS);
  }

  async function republish(events: readonly LiveEvent[]): Promise<void> {
    if (events.length === 0) return;
    await deps.publish.events(events);
    forget(events);
  }

  return {
    republish,
    flush,
    announce: async ({ append = [], schedule = [], events = [] }) => {
      const results = await Promise.allSettled([
        append.length > 0 ? deps.publish.append(append) : undefined,
        schedule.length > 0 ? deps.publish.schedule(schedule) : undefined,
        republish(events),
      ]);
      for (const result of results) {
        if (result.status === "rejected") {
          deps.log.warn({ error: errorMessage(result.reason) }, "hint not published; sweep will");
        }
      }
    },
  };
}
