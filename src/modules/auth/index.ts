import { Elysia, t } from "elysia";
import { type Auth, refuseForeignOrigin } from "../../http/plugins/auth.ts";
import type { ClientAddress } from "../../http/plugins/client-address.ts";
import { noSessionCookie, sessionCookie } from "./cookie.ts";
import { loginDetail, logoutDetail, meDetail, ticketDetail } from "./docs.ts";
import { LoginBody, SignedIn, Ticket } from "./model.ts";
import { type LoginDeps, login } from "./service.ts";
import { describe, issueTicket, revoke } from "./sessions.ts";

export interface AuthModuleDeps extends LoginDeps {
  auth: Auth;
  publicUrl: string;
  clientAddress: ClientAddress;
}

/** Signing in and out, who one is, and tickets for live sockets. */
export function authModule(deps: AuthModuleDeps) {
  const { db, publicUrl } = deps;
  return new Elysia({ name: "auth-module", prefix: "/api/v1/auth" })
    .use(deps.auth)
    .post(
      "/login",
      async ({ body, request, server, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const { token, principal } = await login(deps, body, deps.clientAddress(request, server));
        set.headers["set-cookie"] = sessionCookie(token, publicUrl);
        set.headers["cache-control"] = "no-store";
        return await describe(db, principal);
      },
      { parse: "json", body: LoginBody, response: SignedIn, detail: loginDetail },
    )
    .post(
      "/logout",
      async ({ principal, set }) => {
        await revoke(db, principal.organizationId, principal.sessionId);
        set.headers["set-cookie"] = noSessionCookie(publicUrl);
        set.status = 204;
      },
      { access: "own", response: { 204: t.Void() }, detail: logoutDetail },
    )
    .get("/me", async ({ principal }) => await describe(db, principal), {
      access: "own",
      response: SignedIn,
      detail: meDetail,
    })
    .post("/ticket", async ({ principal }) => await issueTicket(db, principal), {
      access: "own",
      response: Ticket,
      detail: ticketDetail,
    });
}
