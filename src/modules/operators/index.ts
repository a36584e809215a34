import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { personEndpoint } from "../../http/plugins/endpoint.ts";
import { listAudit } from "../audit/list.ts";
import { AuditPage, AuditQuery } from "../audit/model.ts";

/** What belongs to the installation rather than to one of its organizations. */
export function operatorsModule({ db, auth }: { db: Db; auth: Auth }) {
  return new Elysia({ name: "operators", prefix: "/api/v1/operator" })
    .use(auth)
    .get("/audit", ({ query }) => listAudit(db, null, query), {
      ...personEndpoint({
        person: "operator",
        tag: "Operations",
        summary: "Read the installation's audit log",
        description:
          "What concerns no single organization, such as calls of the internal API that found none. What was done in an organization is in its own log.",
        answer: [200, AuditPage, "One page."],
      }),
      query: AuditQuery,
    });
}
