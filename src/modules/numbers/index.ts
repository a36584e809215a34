import { Elysia } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import { tagged } from "../../http/plugins/versions.ts";
import { disconnectNumber } from "./disconnect.ts";
import * as docs from "./docs.ts";
import { AppSecretBody, ConnectBody, NumbersQuery, TokenBody } from "./model.ts";
import {
  connectNumber,
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
  return new Elysia({ name: "numbers", prefix: "/api/v1/settings/whatsapp" })
    .use(auth)
    .get("", ({ principal, query }) => listNumbers(deps, principal.organizationId, query), {
      ...docs.list,
      query: NumbersQuery,
    })
    .post(
      "",
      async ({ actor, body, status }) => status(201, await connectNumber(deps, actor, body)),
      { ...docs.connect, parse: "json", body: ConnectBody },
    )
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getNumber(deps.db, deps.publicUrl, principal.organizationId, id)),
      { ...docs.one, ...params },
    )
    .get(
      "/:id/status",
      ({ principal, params: { id } }) => numberStatus(deps, principal.organizationId, id),
      { ...docs.status, ...params },
    )
    .post(
      "/:id/rotate-token",
      ({ actor, params: { id }, body }) => rotateToken(deps, actor, id, body.accessToken),
      { ...docs.rotateToken, ...params, parse: "json", body: TokenBody },
    )
    .post(
      "/:id/rotate-app-secret",
      ({ actor, params: { id }, body }) => rotateAppSecret(deps, actor, id, body),
      { ...docs.rotateAppSecret, ...params, parse: "json", body: AppSecretBody },
    )
    .post("/:id/disconnect", ({ actor, params: { id } }) => disconnectNumber(deps, actor, id), {
      ...docs.disconnect,
      ...params,
    });
}
