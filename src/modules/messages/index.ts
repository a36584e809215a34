import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { IdempotencyRequired, IdParams } from "../../http/plugins/fields.ts";
import { listMessages } from "./list.ts";
import { Message, MessagePage, MessagesQuery, SendBody } from "./model.ts";
import { type SendDeps, sendAsHuman } from "./send.ts";

const tag = "Messages";

const list = endpoint({
  access: "messages:read",
  tag,
  summary: "Read a chat",
  description:
    "The newest messages, or those before or after a message's `seq`, in the order of the chat. Pages neither overlap nor leave a gap, whatever arrives meanwhile.",
  answer: [200, MessagePage, "One page."],
  problems: ["not_found"],
});

const send = endpoint({
  access: "messages:write",
  tag,
  summary: "Send as yourself",
  description:
    "Text, reply buttons, a list, an approved template or a reaction. Goes out before anything the bot has waiting. Only for whoever has taken the conversation over (`conflict`), and, but for templates, within 24 hours of the lead's last message (`window_closed`). A reaction leaves open what the lead asked. A repeat with the same `Idempotency-Key` answers the first one's message; keys live for two days.",
  answer: [201, Message, "Queued."],
  problems: ["not_found", "conflict", "window_closed", "idempotency_key_reused"],
});

/** A conversation's messages: reading them, and writing one as a person. */
export function messagesModule({ auth, db, ...deps }: SendDeps & { auth: Auth; db: Db }) {
  return new Elysia({ name: "messages", prefix: "/api/v1/conversations/:id/messages" })
    .use(auth)
    .get(
      "",
      ({ principal, params: { id }, query }) =>
        listMessages(db, principal.organizationId, id, query),
      { ...list, params: IdParams, query: MessagesQuery },
    )
    .post(
      "",
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
      { ...send, parse: "json", params: IdParams, headers: IdempotencyRequired, body: SendBody },
    );
}
