import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { discardLetter } from "./discard.ts";
import * as docs from "./docs.ts";
import {
  DeadLettersQuery,
  DiscardBody,
  LetterFilter,
  PacedReplayBody,
  ReplayBody,
} from "./model.ts";
import { askReplay, type LetterDeps } from "./replay.ts";
import { askReplays, stopReplays } from "./replay-many.ts";
import { getDeadLetter, listDeadLetters } from "./service.ts";

/** What the queue gave up, of the whole installation, and what its operators decide about it. */
export function deadLettersModule({ db, auth, ...deps }: LetterDeps & { db: Db; auth: Auth }) {
  const one = { params: IdParams, headers: Idempotency, parse: "json" as const };
  const many = { headers: Idempotency, query: LetterFilter };
  return new Elysia({ name: "dead-letters", prefix: "/api/v1/dead-letters" })
    .use(auth)
    .get("", ({ query }) => listDeadLetters(db, query), { ...docs.list, query: DeadLettersQuery })
    .get("/:id", ({ params }) => getDeadLetter(db, params.id), { ...docs.one, params: IdParams })
    .post(
      "/replay",
      async ({ actor, headers, query, body, status }) =>
        status(202, await askReplays(deps, { actor, key: keyOf(headers) }, query, body)),
      { ...docs.replayMany, ...many, parse: "json", body: PacedReplayBody },
    )
    .post(
      "/stop",
      ({ actor, headers, query }) => stopReplays(deps, { actor, key: keyOf(headers) }, query),
      { ...docs.stop, ...many },
    )
    .post(
      "/:id/replay",
      async ({ actor, headers, params: { id }, body, status }) =>
        status(202, await askReplay(deps, { actor, key: keyOf(headers) }, id, body)),
      { ...docs.replay, ...one, body: ReplayBody },
    )
    .post(
      "/:id/discard",
      ({ actor, headers, params: { id }, body }) =>
        discardLetter(deps, { actor, key: keyOf(headers) }, id, body),
      { ...docs.discard, ...one, body: DiscardBody },
    );
}

function keyOf(headers: { "idempotency-key"?: string | undefined }): string | undefined {
  return headers["idempotency-key"];
}
