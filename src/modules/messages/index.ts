import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdempotencyRequired, IdParams } from "../../http/plugins/fields.ts";
import { cancel } from "./cancel.ts";
import * as docs from "./docs.ts";
import { listMessages } from "./list.ts";
import { MessagesQuery, SendBody } from "./model.ts";
import { resend } from "./resend.ts";
import { type SendDeps, sendAsHuman } from "./send.ts";

/** A conversation's messages: reading them, and what people do with them. */
export function messagesModule({ auth, db, ...deps }: SendDeps & { auth: Auth; db: Db }) {
  return new Elysia({ name: "messages", prefix: "/api/v1" })
    .use(auth)
    .get(
      "/conversations/:id/messages",
      ({ principal, params: { id }, query }) =>
        listMessages(db, principal.organizationId, id, query),
      { ...docs.list, params: IdParams, query: MessagesQuery },
    )
    .post(
      "/conversations/:id/messages",
      async ({ principal, actor, params: { id }, body, headers, status }) => {
        const message = await sendAsHuman(
          deps,
          { principal, actor },
          {
            conversationId: id,
            body,
            idempotencyKey: headers["idempotency-key"],
          },
        );
        return status(201, message);
      },
      {
        ...docs.send,
        parse: "json",
        params: IdParams,
        headers: IdempotencyRequired,
        body: SendBody,
      },
    )
    .post(
      "/messages/:id/resend",
      async ({ principal, actor, params, headers, status }) => {
        const asked = { messageId: params.id, idempotencyKey: headers["idempotency-key"] };
        return status(201, await resend(deps, { principal, actor }, asked));
      },
      { ...docs.resend, params: IdParams, headers: IdempotencyRequired },
    )
    .post(
      "/messages/:id/cancel",
      ({ principal, actor, params, headers }) =>
        cancel(
          deps,
          { principal, actor },
          { messageId: params.id, idempotencyKey: headers["idempotency-key"] },
        ),
      { ...docs.cancel, params: IdParams, headers: Idempotency },
    );
}
