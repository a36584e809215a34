import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Mutate } from "../mutate.ts";
import type { By, ConversationActions } from "./actions.ts";
import * as docs from "./docs.ts";
import { edit } from "./edit.ts";
import { getConversation, listConversations } from "./list.ts";
import {
  AssignBody,
  ConversationEdit,
  ConversationsQuery,
  ReadBody,
  TakeOverQuery,
} from "./model.ts";
import { readPanel } from "./panel.ts";

export interface ConversationsDeps {
  db: Db;
  clock: Clock;
  auth: Auth;
  mutate: Mutate;
  actions: ConversationActions;
}

/** The inbox: lists, one conversation, its lead panel, and what people do with it. */
export function conversationsModule({ db, clock, auth, mutate, actions }: ConversationsDeps) {
  const params = { params: IdParams };
  const repeatable = { params: IdParams, headers: Idempotency };
  return new Elysia({ name: "conversations", prefix: "/api/v1/conversations" })
    .use(auth)
    .get("", ({ principal, query }) => listConversations(db, principal, query, clock.now()), {
      ...docs.list,
      query: ConversationsQuery,
    })
    .get(
      "/:id",
      async ({ principal, params: { id }, set }) =>
        tagged(set, await getConversation(db, principal.organizationId, id, clock.now())),
      { ...docs.one, ...params },
    )
    .get(
      "/:id/panel",
      ({ principal, params: { id } }) => readPanel(db, principal.organizationId, id),
      { ...docs.panel, ...params },
    )
    .patch(
      "/:id",
      async ({ principal, actor, params: { id }, headers, body, set }) =>
        tagged(set, await edit({ mutate, clock }, { principal, actor, headers, id }, body)),
      { ...docs.edit, ...params, parse: "json", headers: IfMatch, body: ConversationEdit },
    )
    .post(
      "/:id/takeover",
      (context) => actions.takeOver(byOf(context), context.params.id, context.query.fromUserId),
      { ...docs.takeOver, ...repeatable, query: TakeOverQuery },
    )
    .post("/:id/release", (context) => actions.release(byOf(context), context.params.id), {
      ...docs.release,
      ...repeatable,
    })
    .post(
      "/:id/read",
      (context) => actions.read(byOf(context), context.params.id, context.body.throughSeq),
      { ...docs.read, ...repeatable, parse: "json", body: ReadBody },
    )
    .post(
      "/:id/assign",
      (context) => actions.assign(byOf(context), context.params.id, context.body.userId),
      { ...docs.assign, ...repeatable, parse: "json", body: AssignBody },
    )
    .post(
      "/:id/claim-attention",
      (context) => actions.claimAttention(byOf(context), context.params.id),
      { ...docs.claimAttention, ...repeatable },
    )
    .post(
      "/:id/resolve-attention",
      (context) => actions.resolveAttention(byOf(context), context.params.id),
      { ...docs.resolveAttention, ...repeatable },
    );
}

type Asked = Pick<By, "principal" | "actor"> & {
  headers: { "idempotency-key"?: string | undefined };
};

function byOf({ principal, actor, headers }: Asked): By {
  return { principal, actor, key: headers["idempotency-key"] };
}
