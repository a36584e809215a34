import { t } from "elysia";
import { authors } from "../../funnel/lead.ts";
import { messageStates } from "../../funnel/message-state.ts";
import { Id, Instant, NextCursor, pageLimit } from "../../http/plugins/fields.ts";

/** A message as REST and live events both carry it. */
export const Message = t.Object({
  id: Id,
  conversationId: Id,
  seq: t.Integer({ description: "Order within the conversation." }),
  direction: t.UnionEnum(["in", "out"]),
  author: t.UnionEnum(authors),
  kind: t.String({ description: "WhatsApp's type: text, button, image …" }),
  text: t.Nullable(t.String()),
  state: t.UnionEnum(messageStates),
  errorCode: t.Nullable(t.Integer({ description: "The Graph API's code." })),
  errorText: t.Nullable(t.String()),
  cancelReason: t.Nullable(t.UnionEnum(["fence", "superseded", "expired"])),
  wamid: t.Nullable(t.String({ description: "WhatsApp's id; null until WhatsApp has taken it." })),
  replyToWamid: t.Nullable(t.String({ description: "The `wamid` of the message it quotes." })),
  turnId: t.Nullable(Id),
  sentAt: Instant,
  version: t.Integer({ description: "Rises with each change of the row." }),
});
export type Message = typeof Message.static;

const Seq = t.String({ pattern: "^[0-9]{1,15}$" });

/** Without either, the newest messages. */
export const MessagesQuery = t.Object({
  before: t.Optional(Seq),
  after: t.Optional(Seq),
  limit: t.Optional(pageLimit(50)),
});
export type MessagesQuery = typeof MessagesQuery.static;

export const MessagePage = t.Object(
  {
    data: t.Array(Message, { description: "In the order of the chat, oldest first." }),
    nextCursor: NextCursor,
  },
  {
    description:
      "`nextCursor` is the `before` of the next older page or, if `after` was asked for, the `after` of the next newer one.",
  },
);
export type MessagePage = typeof MessagePage.static;

export const SendBody = t.Object({
  text: t.String({ minLength: 1, maxLength: 4096, pattern: "\\S" }),
  replyTo: t.Optional(t.Nullable(Id)),
});
export type SendBody = typeof SendBody.static;

export const SendHeaders = t.Object({
  "idempotency-key": t.String({
    minLength: 8,
    maxLength: 128,
    description: "Made by the client once per message: repeats with it never send twice.",
  }),
});
