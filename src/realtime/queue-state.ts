import { type Static, Type } from "@sinclair/typebox";
import { QueueAlert } from "./rows.ts";

const count = Type.Integer({ minimum: 0 });

/** As `GET /api/v1/queue` answers; there its fields are explained. */
export const QueueState = Type.Object({
  streams: Type.Array(
    Type.Object({
      stream: Type.String(),
      depth: Type.Integer({ description: "Not done yet: unread, running and waiting together." }),
      lag: Type.Union([Type.Integer(), Type.Null()], { description: "Not yet delivered." }),
      running: Type.Integer({ description: "Delivered and not settled: running, or orphaned." }),
      waiting: Type.Integer({ description: "Waiting for their next try." }),
      oldestAgeMs: Type.Integer(),
      dead: Type.Integer({ description: "Given up and not replayed." }),
      length: count,
      fullness: Type.Number({ description: "Of the fullest partition; at 1 it takes no more." }),
      looked: Type.Integer({ description: "So many of the oldest are in the two lists below." }),
      byAge: Type.Object({ under1s: count, under10s: count, under60s: count, older: count }),
      byTries: Type.Object({ once: count, twice: count, threeOrFour: count, more: count }),
      perMinute: Type.Object({ done: count, retried: count, reclaimed: count, buried: count }),
      partitions: Type.Array(
        Type.Object({
          partition: count,
          depth: count,
          lag: Type.Union([Type.Integer(), Type.Null()]),
          pending: count,
          oldestAgeMs: count,
        }),
      ),
    }),
  ),
  delayed: Type.Object({ count: Type.Integer(), overdueMs: Type.Integer() }),
  workers: Type.Integer({ description: "Living processes that handle streams." }),
  breakers: Type.Array(
    Type.Object({
      dependency: Type.String({ description: "`postgres`, `model`, or `whatsapp_numbers`." }),
      count: Type.Integer({ description: "How many are open: of numbers there may be several." }),
      openForMs: Type.Number(),
    }),
  ),
  alerts: Type.Array(QueueAlert),
});
export type QueueState = Static<typeof QueueState>;
