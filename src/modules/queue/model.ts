import { t } from "elysia";

const StreamRow = t.Object({
  stream: t.String(),
  depth: t.Integer({ description: "Not done yet: unread, running and waiting together." }),
  lag: t.Nullable(t.Integer({ description: "Not delivered yet; null when Redis cannot tell." })),
  running: t.Integer({ description: "Delivered and not settled: running, or orphaned." }),
  waiting: t.Integer({ description: "Waiting for their next try." }),
  oldestAgeMs: t.Integer({ description: "Age of the oldest that is not settled; 0 without any." }),
  dead: t.Integer({ description: "Given up, and neither replayed nor discarded." }),
});

export const Queue = t.Object(
  {
    streams: t.Array(StreamRow),
    delayed: t.Object({
      count: t.Integer({ description: "Wake-ups for later." }),
      overdueMs: t.Integer({ description: "How late the earliest is; 0 when none is due." }),
    }),
  },
  { title: "Queue", description: "What waits where, over all partitions." },
);
export type Queue = typeof Queue.static;
