import { Elysia } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import * as docs from "./docs.ts";
import { editTemplate } from "./edit.ts";
import {
  SyncBody,
  type SyncReport,
  TemplateCreation,
  TemplateEdit,
  TemplatesQuery,
} from "./model.ts";
import { getTemplate, listTemplates } from "./read.ts";
import { deleteTemplate } from "./remove.ts";
import { createTemplate, type TemplatesDeps } from "./service.ts";
import { submitTemplate } from "./submit.ts";

interface ModuleDeps extends TemplatesDeps {
  auth: Auth;
  /** Reads a number's templates at Meta and makes ours the same. */
  sync(number: {
    organizationId: string;
    integrationId: string;
  }): Promise<typeof SyncReport.static>;
}

/** What may be sent when WhatsApp's window is closed. */
export function templatesModule({ auth, sync, ...deps }: ModuleDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "templates", prefix: "/api/v1/templates" })
    .use(auth)
    .get("", ({ actor, query }) => listTemplates(deps.db, actor.organizationId, query), {
      ...docs.list,
      query: TemplatesQuery,
    })
    .post(
      "",
      async ({ body, status, ...by }) => status(201, await createTemplate(deps, by, body)),
      {
        ...docs.create,
        parse: "json",
        headers: Idempotency,
        body: TemplateCreation,
      },
    )
    .post(
      "/sync",
      async ({ actor, body: { integrationId } }) => {
        const report = await sync({ organizationId: actor.organizationId, integrationId });
        await deps.mutate(actor, async (change) =>
          change.audit({
            action: "number.templates_synchronised",
            resourceId: integrationId,
            after: report,
          }),
        );
        return report;
      },
      { ...docs.sync, parse: "json", body: SyncBody },
    )
    .get(
      "/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getTemplate(deps.db, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editTemplate(deps, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: TemplateEdit },
    )
    .post("/:id/submit", ({ params: { id }, ...by }) => submitTemplate(deps, by, id), {
      ...docs.submit,
      ...params,
      headers: Idempotency,
    })
    .delete(
      "/:id",
      async ({ params: { id }, set, ...by }) => {
        await deleteTemplate(deps, by, id);
        set.status = 204;
      },
      { ...docs.remove, ...params, headers: IfMatch },
    );
}
