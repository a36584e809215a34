import { Elysia, t } from "elysia";
import { signedInRoute } from "../../http/plugins/answers.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Id } from "../../http/plugins/fields.ts";
import { listMessages } from "./list.ts";
import { Message, MessagePage, MessagesQuery, SendBody, SendHeaders } from "./model.ts";
import { type SendDeps, sendAsHuman } from "./send.ts";

const params = t.Object({ id: Id });
const tag = "Messages";

const listDetail = signedInRoute({
  tag,
  summary: "Read a chat",
  description:
    "The newest messages, or those before or after a message's `seq`, in the order of the chat. Pages neither overlap nor leave a gap, whatever arrives meanwhile.",
  answer: { status: 200, schema: MessagePage, description: "One page." },
  problems: ["not_found"],
});

const sendDetail = signedInRoute({
  tag,
  summary: "Send as yourself",
  description:
    "Goes out before anything the bot has waiting. Only for whoever has taken the conversation over (`conflict`), and within 24 hours of the lead's last message (`window_closed`). A repeat with the same `Idempotency-Key` answers the first one's message; keys live for two days.",
  answer: { status: 201, schema: Message, description: "Queued." },
  problems: ["forbidden", "not_found", "conflict", "window_closed", "idempotency_key_reused"],
});

/** A conversation's messages: reading them, and writing one as a person. */
export function messagesModule({ auth, ...deps }: SendDeps & { auth: Auth }) {
  return new Elysia({ name: "messages", prefix: "/api/v1/conversations/:id/messages" })
    .use(auth)
    .get(
      "",
      ({ principal, params: { id }, query }) =>
        listMessages(deps.db, principal.organizationId, id, query),
      {
        access: "read",
        params,
        query: MessagesQuery,
        response: MessagePage,
        detail: listDetail,
      },
    )
    .post(
      "",
      async ({ principal, params: { id }, body, headers, status }) => {
        const message = await sendAsHuman(deps, principal, {
          conversationId: id,
          text: body.text,
          replyTo: body.replyTo ?? null,
          idempotencyKey: headers["idempotency-key"],
        });
        return status(201, message);
      },
      {
        access: "write",
        parse: "json",
        params,
        headers: SendHeaders,
        body: SendBody,
        response: { 201: Message },
        detail: sendDetail,
      },
    );
}
