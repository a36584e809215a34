import { t } from "elysia";
import { authors } from "../../funnel/lead.ts";
import { cancelReasons, messageStates } from "../../funnel/message-state.ts";
import { Id, Instant, NextCursor, pageLimit } from "../../http/plugins/fields.ts";
import { InboundContent } from "../../whatsapp/inbound-content.ts";
import type { OutboundContent } from "../../whatsapp/message.ts";

const OutgoingContent = t.Object(
  { type: t.String({ examples: ["buttons"] }) },
  {
    title: "OutgoingContent",
    additionalProperties: true,
    description: "Of what goes out: buttons, a list, a file, a template, a reaction.",
  },
);

const Reaction = t.Object({
  author: t.UnionEnum(["lead", "human"]),
  emoji: t.String({ examples: ["👍"] }),
  at: Instant,
});

/** A message as REST and live events both carry it. */
export const Message = t.Object(
  {
    id: Id,
    conversationId: Id,
    seq: t.Integer({ description: "Order within the conversation." }),
    direction: t.UnionEnum(["in", "out"]),
    author: t.UnionEnum(authors),
    sentBy: t.Nullable(
      t.Object(
        { id: Id, name: t.String() },
        { description: "Who of the team wrote it; for a program, who made its key." },
      ),
    ),
    kind: t.String({ description: "WhatsApp's type: text, button, image …" }),
    text: t.Nullable(t.String()),
    content: t.Nullable(
      t.Unsafe<InboundContent | OutboundContent>(
        t.Union([...InboundContent.anyOf, OutgoingContent], {
          description: "What it says beside the text; `type` tells which shape it is.",
        }),
      ),
    ),
    state: t.UnionEnum(messageStates),
    errorCode: t.Nullable(t.Integer({ description: "The Graph API's code." })),
    errorText: t.Nullable(t.String()),
    cancelReason: t.Nullable(
      t.UnionEnum(cancelReasons, { description: "`withdrawn`: by a person, in time." }),
    ),
    wamid: t.Nullable(
      t.String({ description: "WhatsApp's id; null until WhatsApp has taken it." }),
    ),
    replyToWamid: t.Nullable(t.String({ description: "The `wamid` of the message it quotes." })),
    resendOf: t.Nullable({ ...Id, description: "The message that a person sent again with this." }),
    doubtAt: t.Nullable({
      ...Instant,
      description: "Since when a person is asked whether to send it again.",
    }),
    turnId: t.Nullable(Id),
    sentAt: Instant,
    editedAt: t.Nullable(Instant, { description: "When its author last changed its words." }),
    deletedAt: t.Nullable(Instant, {
      description: "When its author deleted it: `text` and `content` are gone then.",
    }),
    reactions: t.Array(Reaction, { description: "The latest of each side, if it stands." }),
    version: t.Integer({ description: "Rises with each change of the row." }),
  },
  { title: "Message" },
);
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

const Quote = t.Optional(t.Nullable(Id));

const TextBody = t.Object(
  {
    type: t.Optional(t.Literal("text")),
    text: t.String({ minLength: 1, maxLength: 4096, pattern: "\\S", examples: ["Yes, we can."] }),
    replyTo: Quote,
  },
  { title: "TextMessage" },
);

const small = t.Optional(t.String({ minLength: 1, maxLength: 60, pattern: "\\S" }));
/** Small words above and below. */
const frame = { header: small, footer: small };

const Button = t.Object({
  id: t.String({ minLength: 1, maxLength: 256, description: "Comes back with the tap." }),
  title: t.String({ minLength: 1, maxLength: 20 }),
});
const ButtonsBody = t.Object(
  {
    type: t.Literal("buttons"),
    text: t.String({ minLength: 1, maxLength: 1024, pattern: "\\S" }),
    buttons: t.Array(Button, { minItems: 1, maxItems: 3 }),
    ...frame,
    replyTo: Quote,
  },
  { title: "ButtonsMessage" },
);

const ListRow = t.Object({
  id: t.String({ minLength: 1, maxLength: 200, description: "Comes back with the tap." }),
  title: t.String({ minLength: 1, maxLength: 24 }),
  description: t.Optional(t.String({ minLength: 1, maxLength: 72 })),
});
const ListBody = t.Object(
  {
    type: t.Literal("list"),
    text: t.String({ minLength: 1, maxLength: 4096, pattern: "\\S" }),
    button: t.String({ minLength: 1, maxLength: 20, description: "Opens the list." }),
    rows: t.Array(ListRow, { minItems: 1, maxItems: 10 }),
    ...frame,
    replyTo: Quote,
  },
  { title: "ListMessage" },
);

const UrlBody = t.Object(
  {
    type: t.Literal("url"),
    text: t.String({ minLength: 1, maxLength: 1024, pattern: "\\S" }),
    button: t.String({ minLength: 1, maxLength: 20, description: "Opens the address." }),
    url: t.String({
      maxLength: 2_000,
      pattern: "^https?://\\S+$",
      examples: ["https://northwind.example/book"],
    }),
    ...frame,
    replyTo: Quote,
  },
  { title: "UrlMessage" },
);

const RequestBody = t.Object(
  {
    type: t.UnionEnum(["location_request", "contact_request"], {
      description: "A button with which the lead sends where they are, or their phone number.",
    }),
    text: t.String({ minLength: 1, maxLength: 1024, pattern: "\\S" }),
    replyTo: Quote,
  },
  { title: "RequestMessage" },
);

/** Exactly one of them. */
const file = {
  fileId: t.Optional(
    t.String({
      format: "uuid",
      description: "Of a file that was uploaded here: `POST /api/v1/files`.",
    }),
  ),
  metaMediaId: t.Optional(
    t.String({
      pattern: "^[0-9]{1,30}$",
      description:
        "Of a file that was uploaded to this number at Meta, which keeps it for 30 days.",
    }),
  ),
  link: t.Optional(
    t.String({
      maxLength: 2_000,
      pattern: "^https://\\S+$",
      description: "Meta fetches the file there, and keeps it for ten minutes.",
      examples: ["https://northwind.example/offer.pdf"],
    }),
  ),
};
const TemplateHeader = t.Object(
  {
    text: t.Optional(
      t.String({
        minLength: 1,
        maxLength: 60,
        description: "Of a text: what replaces its variable.",
      }),
    ),
    ...file,
    filename: t.Optional(t.String({ minLength: 1, maxLength: 240, description: "Of a document." })),
    location: t.Optional(
      t.Object({
        latitude: t.Number({ minimum: -90, maximum: 90 }),
        longitude: t.Number({ minimum: -180, maximum: 180 }),
        name: t.String({ minLength: 1, maxLength: 200 }),
        address: t.String({ minLength: 1, maxLength: 500 }),
      }),
    ),
  },
  { description: "What fills the header, as its format wants: a text, a file or a place." },
);

const TemplateButton = t.Object({
  index: t.Integer({ minimum: 0, maximum: 9, description: "Its place among the buttons, from 0." }),
  value: t.String({
    minLength: 1,
    maxLength: 2_000,
    description:
      "The end of its address, the code it copies, or what a tap sends back. Only of a quick reply it may be left out.",
  }),
});

const TemplateBody = t.Object(
  {
    type: t.Literal("template"),
    templateId: Id,
    variables: t.Optional(
      t.Array(t.String({ minLength: 1, maxLength: 1024 }), {
        maxItems: 50,
        description:
          "What replaces {{1}}, {{2}} … of its body, in order; of named variables in the order of the text. Left out: what the template's own `variables` say.",
      }),
    ),
    header: t.Optional(TemplateHeader),
    buttons: t.Optional(t.Array(TemplateButton, { maxItems: 10 })),
  },
  { title: "TemplateMessage" },
);

const caption = t.Optional(t.String({ minLength: 1, maxLength: 1024, pattern: "\\S" }));

const PictureBody = t.Object(
  { type: t.UnionEnum(["image", "video"]), ...file, caption, replyTo: Quote },
  { title: "PictureMessage" },
);

const DocumentBody = t.Object(
  {
    type: t.Literal("document"),
    ...file,
    caption,
    filename: t.Optional(
      t.String({ minLength: 1, maxLength: 240, pattern: "\\S", examples: ["offer.pdf"] }),
    ),
    replyTo: Quote,
  },
  { title: "DocumentMessage" },
);

/** WhatsApp shows no words beside these. */
const SoundBody = t.Object(
  { type: t.UnionEnum(["audio", "sticker"]), ...file, replyTo: Quote },
  { title: "SoundOrStickerMessage" },
);

const ReactionBody = t.Object(
  {
    type: t.Literal("reaction"),
    messageId: t.String({ format: "uuid", description: "A message of the lead in this chat." }),
    emoji: t.Nullable(
      t.String({ minLength: 1, maxLength: 32, description: "Null takes it back." }),
    ),
  },
  { title: "ReactionMessage" },
);

export const SendBody = t.Union(
  [
    TextBody,
    ButtonsBody,
    ListBody,
    UrlBody,
    RequestBody,
    TemplateBody,
    PictureBody,
    DocumentBody,
    SoundBody,
    ReactionBody,
  ],
  { title: "MessageToSend" },
);
export type SendBody = typeof SendBody.static;
