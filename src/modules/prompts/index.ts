import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import { diffPrompts } from "./diff.ts";
import * as docs from "./docs.ts";
import { createDraft, editDraft, type PromptDeps } from "./drafts.ts";
import { goLive, retire, rollBack } from "./go-live.ts";
import { DiffQuery, PromptCreation, PromptEdit, PromptsQuery, RollBack } from "./model.ts";
import { getPrompt, listPrompts, readSteps } from "./read.ts";

interface PromptsModuleDeps extends PromptDeps {
  db: Db;
  auth: Auth;
}

/** How the bot is told to think and write: versions, and which of them is live. */
export function promptsModule({ db, auth, mutate, catalogue }: PromptsModuleDeps) {
  const deps = { mutate, catalogue };
  const params = { params: IdParams };
  const post = { parse: "json" as const, headers: Idempotency };
  return new Elysia({ name: "prompts", prefix: "/api/v1/prompts" })
    .use(auth)
    .get("", ({ actor, query }) => listPrompts(db, catalogue, actor.organizationId, query), {
      ...docs.list,
      query: PromptsQuery,
    })
    .get(
      "/steps",
      async ({ actor }) => ({ data: await readSteps(db, catalogue, actor.organizationId) }),
      { ...docs.steps },
    )
    .post("", async ({ body, status, ...by }) => status(201, await createDraft(deps, by, body)), {
      ...docs.create,
      ...post,
      body: PromptCreation,
    })
    .post("/roll-back", ({ body, ...by }) => rollBack(deps, by, body), {
      ...docs.rollBack,
      ...post,
      body: RollBack,
    })
    .get(
      "/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getPrompt(db, catalogue, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editDraft(deps, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: PromptEdit },
    )
    .get(
      "/:id/diff",
      ({ actor, params: { id }, query }) =>
        diffPrompts(db, catalogue, actor.organizationId, id, query),
      { ...docs.diff, ...params, query: DiffQuery },
    )
    .post("/:id/live", ({ params: { id }, ...by }) => goLive(deps, by, id), {
      ...docs.goLive,
      ...params,
      headers: Idempotency,
    })
    .post("/:id/retire", ({ params: { id }, ...by }) => retire(deps, by, id), {
      ...docs.retire,
      ...params,
      headers: Idempotency,
    });
}
