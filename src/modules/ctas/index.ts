import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { CtaCreation, CtaEdit, CtasQuery } from "./model.ts";
import { createCta, deleteCta, editCta, getCta, listCtas } from "./service.ts";

interface CtasDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** The next steps that the bot may offer. */
export function ctasModule({ db, auth, mutate }: CtasDeps) {
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
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await deleteCta(mutate, by, id);
        set.status = 204;
      },
      { ...docs.remove, ...params, headers: IfMatch },
    );
}
