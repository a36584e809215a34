import { Elysia } from "elysia";
import { type Auth, type Person, refuseForeignOrigin } from "../../http/plugins/auth.ts";
import type { ClientAddress } from "../../http/plugins/client-address.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import { AppError, errorCode } from "../../lib/errors.ts";
import { authenticate } from "./authenticate.ts";
import { noRefreshCookie, refreshCookie, refreshTokenOf } from "./cookie.ts";
import * as docs from "./docs.ts";
import { LoginBody, PasswordBody, RefreshBody, type Started } from "./model.ts";
import { refresh, sessionOf } from "./refresh.ts";
import * as service from "./service.ts";
import { describe, issueTicket, listSessions } from "./sessions.ts";

export interface AuthModuleDeps extends service.AuthServiceDeps {
  auth: Auth;
  publicUrl: string;
  clientAddress: ClientAddress;
}

interface Answering {
  headers: Record<string, string | number>;
}

/** Signing in and out, one's sessions, who one is, and tickets for live sockets. */
export function authModule(deps: AuthModuleDeps) {
  return new Elysia({ name: "auth-module", prefix: "/api/v1/auth" })
    .use(deps.auth)
    .use(strangers(deps))
    .use(people(deps));
}

/** For those who are not signed in, or no longer. */
function strangers(deps: AuthModuleDeps) {
  const { publicUrl } = deps;
  const started = (
    { refreshToken, started }: service.Opened,
    inBody: boolean,
    set: { headers: Answering["headers"] },
  ): Started => {
    set.headers["cache-control"] = "no-store";
    if (!inBody) set.headers["set-cookie"] = refreshCookie(refreshToken, publicUrl);
    return { ...started, refreshToken: inBody ? refreshToken : null };
  };
  return new Elysia({ name: "auth-strangers" })
    .post(
      "/login",
      async ({ body, request, server, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const address = deps.clientAddress(request, server);
        const device = {
          address,
          userAgent: request.headers.get("user-agent")?.slice(0, 300) ?? null,
        };
        const opened = await service.login(deps, body, device);
        return started(opened, body.refreshTokenIn === "body", set);
      },
      { ...docs.login, parse: "json", body: LoginBody },
    )
    .post(
      "/refresh",
      async ({ body, request, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const token = body.refreshToken ?? refreshTokenOf(request);
        if (token === null) throw new AppError("unauthenticated", "There is no refresh token.");
        const opened = await service.open(deps, await refresh(deps, token));
        return started(opened, body.refreshToken !== undefined, set);
      },
      { ...docs.refresh, parse: "json", body: RefreshBody },
    )
    .post(
      "/logout",
      async ({ body, request, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const people = await peopleToSignOut(deps, request, body.refreshToken);
        for (const person of people) await service.logout(deps, person);
        set.headers["set-cookie"] = noRefreshCookie(publicUrl);
        set.status = 204;
      },
      { ...docs.logout, parse: "json", body: RefreshBody },
    );
}

/** For whoever is signed in. */
function people(deps: AuthModuleDeps) {
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

/** Of the access token and of the refresh token: usually one session, or none any more. */
async function peopleToSignOut(
  { db, tokens }: AuthModuleDeps,
  request: Request,
  given: string | undefined,
): Promise<Person[]> {
  const token = given ?? refreshTokenOf(request);
  const ways = [
    authenticate(db, tokens, request),
    ...(token === null ? [] : [sessionOf({ db, tokens }, token).then(({ found }) => found.person)]),
  ];
  const found = await Promise.all(
    ways.map((way) =>
      way.catch((error: unknown) => {
        if (errorCode(error) !== "unauthenticated") throw error;
      }),
    ),
  );
  const people = found.filter((who) => who?.kind === "person");
  return [...new Map(people.map((person) => [person.sessionId, person])).values()];
}
