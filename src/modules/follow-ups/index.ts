import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { FollowUpsQuery, SequenceCreation, SequenceEdit, SequencesQuery } from "./model.ts";
import { cancelFollowUp, listFollowUps } from "./planned.ts";
import {
  createSequence,
  deleteSequence,
  editSequence,
  getSequence,
  listSequences,
} from "./sequences.ts";

interface FollowUpsDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** When the bot writes again by itself, and what waits. */
export function followUpsModule({ db, auth, mutate }: FollowUpsDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "follow-ups", prefix: "/api/v1" })
    .use(auth)
    .get(
      "/follow-up-sequences",
      ({ actor, query }) => listSequences(db, actor.organizationId, query),
      { ...docs.list, query: SequencesQuery },
    )
    .post(
      "/follow-up-sequences",
      async ({ body, status, ...by }) => status(201, await createSequence(mutate, by, body)),
      { ...docs.create, parse: "json", headers: Idempotency, body: SequenceCreation },
    )
    .get(
      "/follow-up-sequences/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getSequence(db, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/follow-up-sequences/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editSequence(mutate, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: SequenceEdit },
    )
    .delete(
      "/follow-up-sequences/:id",
      async ({ params: { id }, set, ...by }) => {
        await deleteSequence(mutate, by, id);
        set.status = 204;
      },
      { ...docs.remove, ...params, headers: IfMatch },
    )
    .get("/follow-ups", ({ actor, query }) => listFollowUps(db, actor.organizationId, query), {
      ...docs.planned,
      query: FollowUpsQuery,
    })
    .delete(
      "/follow-ups/:id",
      async ({ params: { id }, set, ...by }) => {
        await cancelFollowUp(mutate, by, id);
        set.status = 204;
      },
      { ...docs.cancel, ...params, headers: IfMatch },
    );
}
