import { Elysia } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import * as docs from "./docs.ts";
import { InvitationCreation, InvitationsQuery } from "./model.ts";
import { revokeInvitation } from "./revoke.ts";
import { createInvitation, resendInvitation, type SendDeps } from "./send.ts";
import { getInvitation, listInvitations } from "./service.ts";

/** Inviting people. How they answer is part of signing in. */
export function invitationsModule(deps: SendDeps & { auth: Auth }) {
  const { db, auth, mutate } = deps;
  const params = { params: IdParams };
  return new Elysia({ name: "invitations", prefix: "/api/v1/invitations" })
    .use(auth)
    .get("", ({ principal, query }) => listInvitations(db, principal.organizationId, query), {
      ...docs.list,
      query: InvitationsQuery,
    })
    .post(
      "",
      async ({ body, status, ...by }) => status(201, await createInvitation(deps, by, body)),
      { ...docs.create, parse: "json", headers: Idempotency, body: InvitationCreation },
    )
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getInvitation(db, principal.organizationId, id)),
      { ...docs.one, ...params },
    )
    .post(
      "/:id/resend",
      async ({ params: { id }, ...by }) => await resendInvitation(deps, by, id),
      { ...docs.resend, ...params, headers: Idempotency },
    )
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await revokeInvitation(mutate, by, id);
        set.status = 204;
      },
      { ...docs.revoke, ...params, headers: IfMatch },
    );
}
