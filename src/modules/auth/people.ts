import { Elysia } from "elysia";
import { IdParams } from "../../http/plugins/fields.ts";
import * as accountDocs from "./account-docs.ts";
import { startedAnswer, visitorOf } from "./answer.ts";
import { noRefreshCookie, refreshTokenOf } from "./cookie.ts";
import type { AuthModuleDeps } from "./deps.ts";
import * as docs from "./docs.ts";
import { PasswordBody, SwitchBody } from "./model.ts";
import { listOrganizations, switchOrganization } from "./organizations.ts";
import * as service from "./service.ts";
import { describe, issueTicket, listSessions } from "./sessions.ts";

/** For whoever is signed in. */
export function people(deps: AuthModuleDeps) {
  const { db } = deps;
  return new Elysia({ name: "auth-people" })
    .use(deps.auth)
    .post(
      "/logout-everywhere",
      async ({ principal, actor, set }) => {
        await service.logoutEverywhere(deps, principal, actor);
        set.headers["set-cookie"] = noRefreshCookie(deps.publicUrl);
        set.status = 204;
      },
      { ...docs.logoutEverywhere },
    )
    .get("/sessions", async ({ principal }) => ({ data: await listSessions(db, principal) }), {
      ...docs.sessions,
    })
    .delete(
      "/sessions/:id",
      async ({ principal, actor, params: { id }, set }) => {
        await service.endOwnSession(deps, principal, actor, id);
        set.status = 204;
      },
      { ...docs.endSession, params: IdParams },
    )
    .post(
      "/password",
      async ({ principal, actor, body, set }) => {
        await service.changePassword(deps, principal, actor, body);
        set.status = 204;
      },
      { ...docs.password, parse: "json", body: PasswordBody },
    )
    .get("/me", async ({ principal }) => await describe(db, principal), { ...docs.me })
    .post("/ticket", async ({ principal }) => await issueTicket(db, principal), { ...docs.ticket });
}

/** For whoever belongs to several organizations. */
export function ownOrganizations(deps: AuthModuleDeps) {
  const { db } = deps;
  return new Elysia({ name: "auth-organizations" })
    .use(deps.auth)
    .get(
      "/organizations",
      async ({ principal }) => ({ data: await listOrganizations(db, principal) }),
      { ...accountDocs.organizations },
    )
    .post(
      "/switch",
      async ({ principal, actor, body, request, server, set }) => {
        const device = visitorOf(deps.clientAddress, { request, server, set });
        const { organizationId } = body;
        const opened = await switchOrganization(deps, principal, actor, organizationId, device);
        const cookie = refreshTokenOf(request);
        const isInCookie =
          cookie !== null && deps.tokens.readRefresh(cookie)?.sessionId === principal.sessionId;
        return startedAnswer(opened, deps.publicUrl, !isInCookie, set);
      },
      { ...accountDocs.switchTo, parse: "json", body: SwitchBody },
    );
}
