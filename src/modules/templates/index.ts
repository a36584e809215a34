import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { TemplateCreation, TemplateEdit, TemplatesQuery } from "./model.ts";
import {
  createTemplate,
  deleteTemplate,
  editTemplate,
  getTemplate,
  listTemplates,
} from "./service.ts";

interface TemplatesDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** What may be sent when WhatsApp's window is closed. */
export function templatesModule({ db, auth, mutate }: TemplatesDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "templates", prefix: "/api/v1/templates" })
    .use(auth)
    .get("", ({ actor, query }) => listTemplates(db, actor.organizationId, query), {
      ...docs.list,
      query: TemplatesQuery,
    })
    .post(
      "",
      async ({ body, status, ...by }) => status(201, await createTemplate(mutate, by, body)),
      {
        ...docs.create,
        parse: "json",
        headers: Idempotency,
        body: TemplateCreation,
      },
    )
    .get(
      "/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getTemplate(db, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editTemplate(mutate, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: TemplateEdit },
    )
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await deleteTemplate(mutate, by, id);
        set.status = 204;
      },
      { ...docs.remove, ...params, headers: IfMatch },
    );
}
