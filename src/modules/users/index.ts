import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { MemberEdit, MembersQuery, OwnEdit } from "./model.ts";
import { changeRole, getMember, listMembers, removeMember, renameMyself } from "./service.ts";

interface UsersDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** The people of an organization, and oneself. */
export function usersModule({ db, auth, mutate }: UsersDeps) {
  const edited = { params: IdParams, headers: IfMatch };
  return new Elysia({ name: "users", prefix: "/api/v1/users" })
    .use(auth)
    .get("", ({ principal, query }) => listMembers(db, principal.organizationId, query), {
      ...docs.list,
      query: MembersQuery,
    })
    .get(
      "/me",
      async ({ principal: { organizationId, userId }, set }) =>
        tagged(set, await getMember(db, organizationId, userId)),
      { ...docs.me },
    )
    .patch(
      "/me",
      async ({ principal, actor, headers, body, set }) =>
        tagged(set, await renameMyself(mutate, { principal, actor, headers }, body)),
      { ...docs.editMe, parse: "json", headers: IfMatch, body: OwnEdit },
    )
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getMember(db, principal.organizationId, id)),
      { ...docs.one, params: IdParams },
    )
    .patch(
      "/:id",
      async ({ params, set, body, ...acting }) =>
        tagged(set, await changeRole(mutate, { ...acting, userId: params.id }, body)),
      { ...docs.edit, parse: "json", ...edited, body: MemberEdit },
    )
    .delete(
      "/:id",
      async ({ params, set, ...acting }) => {
        await removeMember(mutate, { ...acting, userId: params.id });
        set.status = 204;
      },
      { ...docs.remove, ...edited },
    );
}
