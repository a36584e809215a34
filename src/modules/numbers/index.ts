import { Elysia } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import * as docs from "./docs.ts";
import { editNumber } from "./edit.ts";
import { AppSecretBody, ConnectBody, NumberEdit, NumbersQuery, TokenBody } from "./model.ts";
import {
  connectNumber,
  disconnectNumber,
  getNumber,
  listNumbers,
  type NumbersDeps,
  rotateAppSecret,
  rotateToken,
} from "./service.ts";
import { numberStatus } from "./status.ts";

/** An organization's WhatsApp numbers: connecting, watching, rotating, disconnecting. */
export function numbersModule({ auth, ...deps }: NumbersDeps & { auth: Auth }) {
  const params = { params: IdParams };
  const act = { ...params, headers: Idempotency };
  return new Elysia({ name: "numbers", prefix: "/api/v1/settings/whatsapp" })
    .use(auth)
    .get("", ({ principal, query }) => listNumbers(deps, principal.organizationId, query), {
      ...docs.list,
      query: NumbersQuery,
    })
    .post("", async ({ body, status, ...by }) => status(201, await connectNumber(deps, by, body)), {
      ...docs.connect,
      parse: "json",
      headers: Idempotency,
      body: ConnectBody,
    })
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getNumber(deps.db, deps.publicUrl, principal.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editNumber(deps, by, id, body)),
      { ...docs.edit, ...params, parse: "json", headers: IfMatch, body: NumberEdit },
    )
    .get("/:id/status", ({ actor, params: { id } }) => numberStatus(deps, actor, id), {
      ...docs.status,
      ...params,
    })
    .post(
      "/:id/rotate-token",
      ({ params: { id }, body, ...by }) => rotateToken(deps, by, id, body.accessToken),
      { ...docs.rotateToken, ...act, parse: "json", body: TokenBody },
    )
    .post(
      "/:id/rotate-app-secret",
      ({ params: { id }, body, ...by }) => rotateAppSecret(deps, by, id, body),
      { ...docs.rotateAppSecret, ...act, parse: "json", body: AppSecretBody },
    )
    .post("/:id/disconnect", ({ params: { id }, ...by }) => disconnectNumber(deps, by, id), {
      ...docs.disconnect,
      ...act,
    });
}
