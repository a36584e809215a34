import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import { changeMany } from "./bulk.ts";
import * as docs from "./docs.ts";
import { eraseLead } from "./erase.ts";
import { listLeads } from "./list.ts";
import { mergeLead } from "./merge.ts";
import {
  BulkBody,
  LeadCreation,
  LeadEdit,
  LeadsQuery,
  LeadTimelineQuery,
  MergeBody,
  TagsEdit,
} from "./model.ts";
import { notesRoutes } from "./notes-routes.ts";
import { getLead } from "./read.ts";
import { createLead, editLead, editTags } from "./service.ts";
import { listTimeline } from "./timeline.ts";

export interface LeadsDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** Leads: lists, what the team knows of each, and making one of two or none of one. */
export function leadsModule({ db, auth, mutate }: LeadsDeps) {
  const repeatable = { params: IdParams, headers: Idempotency };
  return new Elysia({ name: "leads", prefix: "/api/v1/leads" })
    .use(auth)
    .get("", ({ principal, query }) => listLeads(db, principal.organizationId, query), {
      ...docs.list,
      query: LeadsQuery,
    })
    .post("", async ({ body, status, ...by }) => status(201, await createLead(mutate, by, body)), {
      ...docs.create,
      parse: "json",
      headers: Idempotency,
      body: LeadCreation,
    })
    .post("/bulk", ({ body, ...by }) => changeMany(mutate, by, body), {
      ...docs.bulk,
      parse: "json",
      headers: Idempotency,
      body: BulkBody,
    })
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getLead(db, principal.organizationId, id)),
      { ...docs.one, params: IdParams },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editLead(mutate, by, id, body)),
      { ...docs.edit, parse: "json", params: IdParams, headers: IfMatch, body: LeadEdit },
    )
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await eraseLead(mutate, by, id);
        set.status = 204;
      },
      { ...docs.erase, params: IdParams, headers: IfMatch },
    )
    .post("/:id/tags", ({ params: { id }, body, ...by }) => editTags(mutate, by, id, body), {
      ...docs.tags,
      ...repeatable,
      parse: "json",
      body: TagsEdit,
    })
    .post(
      "/:id/merge",
      ({ params: { id }, body, ...by }) => mergeLead(mutate, by, id, body.intoId),
      { ...docs.merge, ...repeatable, parse: "json", body: MergeBody },
    )
    .get(
      "/:id/timeline",
      ({ principal, params: { id }, query }) =>
        listTimeline(db, principal.organizationId, id, query),
      { ...docs.timeline, params: IdParams, query: LeadTimelineQuery },
    )
    .use(notesRoutes({ db, auth, mutate }));
}
