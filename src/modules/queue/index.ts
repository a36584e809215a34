import { Elysia } from "elysia";
import { signedInRoute } from "../../http/plugins/answers.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Queue } from "./model.ts";
import { type QueueDeps, readQueue } from "./service.ts";

/** The installation's queue, for its operators. */
export function queueModule({ auth, ...deps }: QueueDeps & { auth: Auth }) {
  return new Elysia({ name: "queue", prefix: "/api/v1/queue" })
    .use(auth)
    .get("", () => readQueue(deps), {
      access: "operate",
      response: Queue,
      detail: signedInRoute({
        tag: "Operations",
        summary: "What waits in the queue",
        description:
          "Of the whole installation, so for its operators only: depth, lag, oldest, retries, dead.",
        answer: { status: 200, schema: Queue, description: "As Redis and Postgres say now." },
        problems: ["forbidden", "queue_unavailable"],
      }),
    });
}
