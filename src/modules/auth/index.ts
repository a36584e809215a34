import { Elysia } from "elysia";
import { type Auth, refuseForeignOrigin } from "../../http/plugins/auth.ts";
import type { ClientAddress } from "../../http/plugins/client-address.ts";
import { noRefreshCookie, refreshCookie } from "./cookie.ts";
import * as docs from "./docs.ts";
import { LoginBody } from "./model.ts";
import { type LoginDeps, login, logout } from "./service.ts";
import { describe, issueTicket } from "./sessions.ts";

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
        const address = deps.clientAddress(request, server);
        const device = { address, userAgent: request.headers.get("user-agent") };
        const { refreshToken, started } = await login(deps, body, device);
        set.headers["set-cookie"] = refreshCookie(refreshToken, publicUrl);
        set.headers["cache-control"] = "no-store";
        return started;
      },
      { ...docs.login, parse: "json", body: LoginBody },
    )
    .post(
      "/logout",
      async ({ principal, actor, set }) => {
        await logout(deps, principal, actor);
        set.headers["set-cookie"] = noRefreshCookie(publicUrl);
        set.status = 204;
      },
      { ...docs.logout },
    )
    .get("/me", async ({ principal }) => await describe(db, principal), { ...docs.me })
    .post("/ticket", async ({ principal }) => await issueTicket(db, principal), { ...docs.ticket });
}
