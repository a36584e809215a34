import { Elysia } from "elysia";
import type { AuthModuleDeps } from "./deps.ts";
import { newcomers } from "./newcomers.ts";
import { ownOrganizations, people } from "./people.ts";
import { strangers } from "./strangers.ts";

/** Signing up, in and out, one's sessions and organizations, and tickets for live sockets. */
export function authModule(deps: AuthModuleDeps) {
  return new Elysia({ name: "auth-module", prefix: "/api/v1/auth" })
    .use(deps.auth)
    .use(strangers(deps))
    .use(newcomers(deps))
    .use(people(deps))
    .use(ownOrganizations(deps));
}
