import { t } from "elysia";
import { Id, Instant } from "../../http/plugins/fields.ts";

const count = (description: string) => t.Integer({ minimum: 0, description });

const lag = t.Nullable(
  t.Integer({ description: "Not delivered yet; null when Redis cannot tell." }),
);

const Partition = t.Object({
  partition: count("Its number."),
  depth: count("Not done yet."),
  lag,
  pending: count("Delivered and not settled."),
  oldestAgeMs: count("Age of the oldest that is not settled."),
});

const StreamRow = t.Object({
  stream: t.String(),
  depth: t.Integer({ description: "Not done yet: unread, running and waiting together." }),
  lag,
  running: t.Integer({ description: "Delivered and not settled: running, or orphaned." }),
  waiting: t.Integer({ description: "Waiting for their next try." }),
  oldestAgeMs: t.Integer({ description: "Age of the oldest that is not settled; 0 without any." }),
  dead: t.Integer({ description: "Given up, and neither replayed nor discarded." }),
  length: count("Entries in Redis, with those that are done and not trimmed yet."),
  fullness: t.Number({
    description: "How full its fullest partition is; at 1 it takes no more, and webhooks get 503.",
  }),
  looked: count(
    "How many of the pending were looked at for the next two: the 500 oldest of each partition.",
  ),
  byAge: t.Object(
    {
      under1s: count("Younger than 1 s."),
      under10s: count("1 to 10 s old."),
      under60s: count("10 to 60 s old."),
      older: count("Older than a minute."),
    },
    { description: "The pending by age." },
  ),
  byTries: t.Object(
    {
      once: count("Delivered once at most."),
      twice: count("Twice."),
      threeOrFour: count("Three or four times."),
      more: count("More often."),
    },
    { description: "The pending by how often they were delivered." },
  ),
  perMinute: t.Object(
    {
      done: count("Acknowledged."),
      retried: count("Failed, and to be tried again."),
      reclaimed: count("Taken over from an owner that died, hung or never saw them."),
      buried: count("Given up."),
    },
    { description: "What all processes did in about the last minute." },
  ),
  partitions: t.Array(Partition),
});

const Alert = t.Object({
  alertId: Id,
  rule: t.String({ examples: ["oldest_age", "no_worker"] }),
  stream: t.Nullable(t.String({ description: "Null: the whole queue." })),
  state: t.UnionEnum(["raised", "cleared"]),
  value: t.Number({ description: "What was measured when it was raised." }),
  threshold: t.Number({ description: "From which value on it is raised." }),
  since: Instant,
  text: t.String({ description: "What is wrong, and what to do." }),
});

export const Queue = t.Object(
  {
    streams: t.Array(StreamRow),
    delayed: t.Object({
      count: t.Integer({ description: "Wake-ups for later." }),
      overdueMs: t.Integer({ description: "How late the earliest is; 0 when none is due." }),
    }),
    workers: count("Living processes that handle streams."),
    breakers: t.Array(
      t.Object({
        dependency: t.String({ description: "`postgres`, `model`, or `whatsapp_numbers`." }),
        count: count("How many are open: of WhatsApp numbers there may be several."),
        openForMs: t.Number({ description: "The longest." }),
      }),
      { description: "What is seen as away. Work that needs it waits and spends no try." },
    ),
    alerts: t.Array(Alert, {
      description: "Raised now, the newest first. The live frame `queue.alert` tells changes.",
    }),
  },
  { title: "Queue", description: "What waits where, over all partitions." },
);
export type Queue = typeof Queue.static;
