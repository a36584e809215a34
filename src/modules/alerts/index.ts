import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import * as docs from "./docs.ts";
import { AlertsQuery } from "./model.ts";
import { listAlerts } from "./service.ts";

/** What an organization's people should know of. */
export function alertsModule({ db, auth }: { db: Db; auth: Auth }) {
  return new Elysia({ name: "alerts", prefix: "/api/v1/alerts" })
    .use(auth)
    .get("", ({ principal, query }) => listAlerts(db, principal.organizationId, query), {
      ...docs.list,
      query: AlertsQuery,
    });
}
