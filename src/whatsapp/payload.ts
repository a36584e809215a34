import { type Static, Type } from "@sinclair/typebox";
import { InboundContent } from "./inbound-content.ts";

/** Version of the item shapes below; they wait in streams across releases. */
export const ITEM_VERSION = 1;

const text = Type.String();
const nullableText = Type.Union([Type.String(), Type.Null()]);
const id = Type.String({ minLength: 1 });
const nullableId = Type.Union([id, Type.Null()]);

const common = {
  v: Type.Literal(ITEM_VERSION),
  /** The item as Meta sent it, storable in jsonb. */
  raw: Type.Unknown(),
  /** True when U+0000, lone surrogates or absurd nesting were replaced in it. */
  altered: Type.Boolean(),
};

/**
 * A person as one webhook item names them. `phone` is E.164 digits without +; at least one of
 * `phone` and `bsuid` is there unless Meta left both out.
 */
export const Party = Type.Object({
  phone: nullableId,
  bsuid: nullableId,
  parentBsuid: Type.Optional(id),
  username: nullableText,
  name: nullableText,
});
export type Party = Static<typeof Party>;

const messageFields = {
  ...common,
  wamid: id,
  /** WhatsApp's own type, also one we do not know: text, interactive, button, image … */
  type: id,
  /** What a person would read: body, caption, or the title that was tapped. */
  text: nullableText,
  /** Of a button or list reply: the id we gave that choice. */
  replyId: Type.Optional(text),
  /** What it says beside the text; entries of older releases have none. */
  content: Type.Optional(InboundContent),
  /** ISO 8601; Meta's own second, or the time of arrival where that was unreadable. */
  sentAt: Type.String(),
  replyToWamid: nullableId,
};

/** A message from a lead. Goes to `inbound`. */
export const MessageItem = Type.Object({
  kind: Type.Literal("message"),
  ...messageFields,
  from: Party,
  /** The advertisement or post it came from, verbatim. */
  referral: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
});
export type MessageItem = Static<typeof MessageItem>;

/** A message that a person of the business typed in the phone app. Goes to `inbound`. */
export const EchoItem = Type.Object({
  kind: Type.Literal("echo"),
  ...messageFields,
  to: Party,
});
export type EchoItem = Static<typeof EchoItem>;

/** An error object of Meta; each part may be missing. */
export const GraphErrorItem = Type.Object({
  code: Type.Union([Type.Integer(), Type.Null()]),
  title: nullableText,
  message: nullableText,
  details: nullableText,
});
export type GraphErrorItem = Static<typeof GraphErrorItem>;

/** What became of a message of ours. Goes to `receipts`. */
export const ReceiptItem = Type.Object({
  kind: Type.Literal("receipt"),
  ...common,
  wamid: id,
  /** `sent`, `delivered`, `read`, `played`, `failed`, or one we do not know. */
  status: id,
  /** ISO 8601. */
  at: Type.String(),
  recipient: Type.Object({ phone: nullableId, bsuid: nullableId }),
  /** Our `biz_opaque_callback_data`, echoed. */
  callbackData: nullableText,
  errors: Type.Array(GraphErrorItem),
  pricing: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
});
export type ReceiptItem = Static<typeof ReceiptItem>;

/** Everything else: account news, unknown fields, what nobody could read. Goes to `notices`. */
export const NoticeItem = Type.Object({
  kind: Type.Literal("notice"),
  ...common,
  /** Meta's field name; `unreadable`, `errors`, `user_actions`, `group_messages` are ours. */
  field: id,
});
export type NoticeItem = Static<typeof NoticeItem>;

export type Item = MessageItem | EchoItem | ReceiptItem | NoticeItem;

/** What travels on `inbound`. */
export const InboundItem = Type.Union([MessageItem, EchoItem]);
export type InboundItem = Static<typeof InboundItem>;
