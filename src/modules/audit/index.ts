import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { listAudit } from "./list.ts";
import { AuditPage, AuditQuery } from "./model.ts";

/** What people, keys and operators did in an organization. */
export function auditModule({ db, auth }: { db: Db; auth: Auth }) {
  return new Elysia({ name: "audit", prefix: "/api/v1/audit" })
    .use(auth)
    .get("", ({ principal, query }) => listAudit(db, principal.organizationId, query), {
      ...endpoint({
        access: "audit:read",
        tag: "Audit",
        summary: "Read the audit log",
        description:
          "Every change by a person, an API key or an operators' service, newest first, with what it changed; secrets are masked. Written in the commit of the change: what is not here did not happen.",
        answer: [200, AuditPage, "One page."],
      }),
      query: AuditQuery,
    });
}
