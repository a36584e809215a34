import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { ApiKeyCreation, ApiKeyEdit, ApiKeysQuery, Rotation } from "./model.ts";
import {
  createApiKey,
  getApiKey,
  listApiKeys,
  renameApiKey,
  revokeApiKey,
  rotateApiKey,
} from "./service.ts";

interface ApiKeysDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** Keys for programs. Only people handle them: a leaked key must not be able to make others. */
export function apiKeysModule({ db, auth, mutate }: ApiKeysDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "api-keys", prefix: "/api/v1/api-keys" })
    .use(auth)
    .get("", ({ principal, query }) => listApiKeys(db, principal.organizationId, query), {
      ...docs.list,
      query: ApiKeysQuery,
    })
    .post(
      "",
      async ({ body, status, ...by }) => status(201, await createApiKey(mutate, by, body)),
      { ...docs.create, parse: "json", headers: Idempotency, body: ApiKeyCreation },
    )
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getApiKey(db, principal.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await renameApiKey(mutate, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: ApiKeyEdit },
    )
    .post(
      "/:id/rotate",
      async ({ params: { id }, body, status, ...by }) =>
        status(201, await rotateApiKey(mutate, by, id, body)),
      { ...docs.rotate, parse: "json", ...params, headers: Idempotency, body: Rotation },
    )
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await revokeApiKey(mutate, by, id);
        set.status = 204;
      },
      { ...docs.revoke, ...params, headers: IfMatch },
    );
}
