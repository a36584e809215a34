import { Elysia } from "elysia";
import { type Person, refuseForeignOrigin } from "../../http/plugins/auth.ts";
import { AppError, errorCode } from "../../lib/errors.ts";
import { startedAnswer, visitorOf } from "./answer.ts";
import { authenticate } from "./authenticate.ts";
import { noRefreshCookie, refreshTokenOf } from "./cookie.ts";
import type { AuthModuleDeps } from "./deps.ts";
import * as docs from "./docs.ts";
import { LoginBody, RefreshBody } from "./model.ts";
import { refresh, sessionOf } from "./refresh.ts";
import * as service from "./service.ts";

/** For those who are not signed in, or no longer. */
export function strangers(deps: AuthModuleDeps) {
  const { publicUrl } = deps;
  return new Elysia({ name: "auth-strangers" })
    .post(
      "/login",
      async ({ body, request, server, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const visitor = visitorOf(deps.clientAddress, { request, server, set });
        const opened = await service.login(deps, body, visitor);
        return startedAnswer(opened, publicUrl, body.refreshTokenIn === "body", set);
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
        return startedAnswer(opened, publicUrl, body.refreshToken !== undefined, set);
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
