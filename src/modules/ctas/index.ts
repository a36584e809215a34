import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { listFreeTimes } from "./free-times.ts";
import { CtaCreation, CtaEdit, CtasQuery, FreeTimesQuery } from "./model.ts";
import { createCta, deleteCta, editCta, getCta, listCtas } from "./service.ts";

interface CtasDeps {
  db: Db;
  clock: Clock;
  auth: Auth;
  mutate: Mutate;
}

/** The next steps that the bot may offer. */
export function ctasModule({ db, clock, auth, mutate }: CtasDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "ctas", prefix: "/api/v1/ctas" })
    .use(auth)
    .get("", ({ actor, query }) => listCtas(db, actor.organizationId, query), {
      ...docs.list,
      query: CtasQuery,
    })
    .post("", async ({ body, status, ...by }) => status(201, await createCta(mutate, by, body)), {
      ...docs.create,
      parse: "json",
      headers: Idempotency,
      body: CtaCreation,
    })
    .get(
      "/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getCta(db, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editCta(mutate, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: CtaEdit },
    )
    .get(
      "/:id/free-times",
      ({ actor: { organizationId }, params: { id }, query }) =>
        listFreeTimes(db, { organizationId, ctaId: id, now: clock.now() }, query),
      { ...docs.freeTimes, ...params, query: FreeTimesQuery },
    )
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await deleteCta(mutate, by, id);
        set.status = 204;
      },
      { ...docs.remove, ...params, headers: IfMatch },
    );
}
