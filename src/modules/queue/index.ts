import { Elysia } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { personEndpoint } from "../../http/plugins/endpoint.ts";
import { Queue } from "./model.ts";
import { type QueueDeps, readQueue } from "./service.ts";

/** The installation's queue, for its operators. */
export function queueModule({ auth, ...deps }: QueueDeps & { auth: Auth }) {
  return new Elysia({ name: "queue", prefix: "/api/v1/queue" })
    .use(auth)
    .get("", () => readQueue(deps), {
      ...personEndpoint({
        person: "operator",
        tag: "Operations",
        summary: "What waits in the queue",
        description:
          "Of the whole installation, so for its operators only: depth, lag and age of each stream and partition, what was tried how often, rates of about the last minute, what is dead, seen as away, and wrong. `bun run streams` shows the same in a terminal.",
        answer: [200, Queue, "As Redis and Postgres say now."],
        problems: ["queue_unavailable"],
      }),
    });
}
