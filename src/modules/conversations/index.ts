import { Elysia, t } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Id } from "../../http/plugins/fields.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ConversationActions } from "./actions.ts";
import * as docs from "./docs.ts";
import { getConversation, listConversations } from "./list.ts";
import {
  Conversation,
  ConversationPage,
  ConversationRow,
  ConversationsQuery,
  Panel,
  ReadBody,
} from "./model.ts";
import { readPanel } from "./panel.ts";

export interface ConversationsDeps {
  db: Db;
  clock: Clock;
  auth: Auth;
  actions: ConversationActions;
}

const params = t.Object({ id: Id });

/** The inbox: lists, one conversation, its lead panel, and what people do with it. */
export function conversationsModule({ db, clock, auth, actions }: ConversationsDeps) {
  const change = { params, response: Conversation };
  return new Elysia({ name: "conversations", prefix: "/api/v1/conversations" })
    .use(auth)
    .get(
      "",
      ({ principal, query }) => listConversations(db, principal.organizationId, query, clock.now()),
      {
        access: "read",
        query: ConversationsQuery,
        response: ConversationPage,
        detail: docs.listDetail,
      },
    )
    .get(
      "/:id",
      ({ principal, params: { id } }) =>
        getConversation(db, principal.organizationId, id, clock.now()),
      { access: "read", params, response: ConversationRow, detail: docs.oneDetail },
    )
    .get(
      "/:id/panel",
      ({ principal, params: { id } }) => readPanel(db, principal.organizationId, id),
      { access: "read", params, response: Panel, detail: docs.panelDetail },
    )
    .post("/:id/takeover", ({ principal, params: { id } }) => actions.takeOver(principal, id), {
      access: "write",
      ...change,
      detail: docs.takeOverDetail,
    })
    .post("/:id/release", ({ principal, params: { id } }) => actions.release(principal, id), {
      access: "write",
      ...change,
      detail: docs.releaseDetail,
    })
    .post(
      "/:id/read",
      ({ principal, params: { id }, body }) => actions.read(principal, id, body.throughSeq),
      { access: "write", parse: "json", body: ReadBody, ...change, detail: docs.readDetail },
    )
    .post(
      "/:id/resolve-attention",
      ({ principal, params: { id } }) => actions.resolveAttention(principal, id),
      { access: "write", ...change, detail: docs.resolveAttentionDetail },
    );
}
