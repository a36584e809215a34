import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { FactCreation, FactEdit, FactsQuery } from "./model.ts";
import { createFact, deleteFact, editFact, getFact, listFacts } from "./service.ts";

interface FactsDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** Facts and prices: all that the bot may state. */
export function factsModule({ db, auth, mutate }: FactsDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "facts", prefix: "/api/v1/facts" })
    .use(auth)
    .get("", ({ actor, query }) => listFacts(db, actor.organizationId, query), {
      ...docs.list,
      query: FactsQuery,
    })
    .post("", async ({ body, status, ...by }) => status(201, await createFact(mutate, by, body)), {
      ...docs.create,
      parse: "json",
      headers: Idempotency,
      body: FactCreation,
    })
    .get(
      "/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getFact(db, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editFact(mutate, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: FactEdit },
    )
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await deleteFact(mutate, by, id);
        set.status = 204;
      },
      { ...docs.remove, ...params, headers: IfMatch },
    );
}
