import { type Static, Type } from "@sinclair/typebox";

const text = Type.String();
const nullableText = Type.Union([Type.String(), Type.Null()]);
const nullableNumber = Type.Union([Type.Number(), Type.Null()]);
const wamid = Type.String({ minLength: 1, description: "The message it is about." });

/** The ad or post that brought the lead (whatsapp.md 2.1); the verbatim one is in `raw`. */
const Referral = Type.Object({
  sourceType: nullableText,
  sourceId: nullableText,
  sourceUrl: nullableText,
  headline: nullableText,
  body: nullableText,
  mediaType: nullableText,
  /** `ctwa_clid`: what an ad platform asks for when it attributes a sale. */
  clickId: nullableText,
  welcomeText: nullableText,
});
export type Referral = Static<typeof Referral>;

/** What any message may carry beside its own content. */
const marks = {
  forwarded: Type.Optional(Type.Union([Type.Literal("once"), Type.Literal("often")])),
  /** The product of the business's catalogue that the lead asks about. */
  product: Type.Optional(Type.Object({ catalogId: nullableText, retailerId: nullableText })),
  referral: Type.Optional(Referral),
};
const Marks = Type.Object(marks);
export type Marks = Static<typeof Marks>;

/** Text as such is `messages.text`: it has content only when a mark says more. */
const TextContent = Type.Object({ type: Type.Literal("text"), ...marks });

export const mediaTypes = ["image", "audio", "video", "document", "sticker"] as const;
const MediaContent = Type.Object({
  type: Type.Union(mediaTypes.map((type) => Type.Literal(type))),
  mediaId: Type.Union([Type.String(), Type.Null()], {
    description: "Meta's id of the file; WhatsApp keeps it for seven days.",
  }),
  mimeType: nullableText,
  sha256: Type.Union([Type.String(), Type.Null()], { description: "Of the file, base64." }),
  sizeBytes: nullableNumber,
  caption: nullableText,
  filename: nullableText,
  voice: Type.Boolean({ description: "Recorded in the chat." }),
  animated: Type.Boolean(),
  ...marks,
});
export type MediaContent = Static<typeof MediaContent>;

const LocationContent = Type.Object({
  type: Type.Literal("location"),
  latitude: Type.Number({ description: "Degrees." }),
  longitude: Type.Number({ description: "Degrees." }),
  name: nullableText,
  address: nullableText,
  url: nullableText,
  ...marks,
});

const Card = Type.Object({
  name: nullableText,
  company: nullableText,
  phones: Type.Array(Type.String(), { description: "As the card writes them." }),
  emails: Type.Array(text),
  addresses: Type.Array(text),
  urls: Type.Array(text),
  birthday: nullableText,
  /** Digits of the sender's own number, when they answered our request for it: to be trusted. */
  ownPhone: nullableText,
});
export type Card = Static<typeof Card>;
const ContactsContent = Type.Object({
  type: Type.Literal("contacts"),
  cards: Type.Array(Card),
  ...marks,
});

/** A quick reply of a template. */
const ButtonContent = Type.Object({
  type: Type.Literal("button"),
  title: text,
  payload: nullableText,
  ...marks,
});
const ReplyContent = Type.Object({
  type: Type.Union([Type.Literal("button_reply"), Type.Literal("list_reply")]),
  id: nullableText,
  title: text,
  description: nullableText,
  ...marks,
});
const FormContent = Type.Object({
  type: Type.Literal("form_reply"),
  form: Type.String({ description: "`flow`, `address_message`." }),
  body: nullableText,
  token: nullableText,
  answers: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  /** What came instead of an object. */
  answerText: nullableText,
  ...marks,
});
const CallPermissionContent = Type.Object({
  type: Type.Literal("call_permission"),
  response: Type.String({ description: "`accept`, `reject`." }),
  isPermanent: Type.Boolean(),
  ...marks,
});

const OrderLine = Type.Object({
  retailerId: nullableText,
  quantity: nullableNumber,
  price: nullableNumber,
  currency: nullableText,
});
const OrderContent = Type.Object({
  type: Type.Literal("order"),
  catalogId: nullableText,
  lines: Type.Array(OrderLine, { description: "As the lead's app sent them: a claim." }),
  ...marks,
});

const SystemContent = Type.Object({
  type: Type.Literal("system"),
  change: Type.String({ description: "`user_changed_number`, `user_changed_user_id` …" }),
  body: nullableText,
  /** The new number, E.164 digits. */
  phone: nullableText,
  bsuid: nullableText,
  /** The number before, where it is told. */
  previousPhone: nullableText,
});
export type SystemContent = Static<typeof SystemContent>;

const UnsupportedContent = Type.Object({
  type: Type.Literal("unsupported"),
  what: Type.Union([Type.String(), Type.Null()], { description: "`poll`, `edit` …, if told." }),
  code: nullableNumber,
  reason: nullableText,
});

const shown = [
  TextContent,
  MediaContent,
  LocationContent,
  ContactsContent,
  ButtonContent,
  ReplyContent,
  FormContent,
  CallPermissionContent,
  OrderContent,
] as const;
const ShownContent = Type.Union([...shown]);
export type ShownContent = Static<typeof ShownContent>;

/** An empty `emoji` takes the reaction back. */
const ReactionContent = Type.Object({ type: Type.Literal("reaction"), wamid, emoji: text });
const RevokeContent = Type.Object({ type: Type.Literal("revoke"), wamid });
const EditContent = Type.Object({
  type: Type.Literal("edit"),
  wamid,
  /** WhatsApp's type of the message as it is now. */
  kind: text,
  text: nullableText,
  content: Type.Optional(ShownContent),
});

export type EditContent = Static<typeof EditContent>;

/** What an inbound message or echo says beside its text, one shape per `type`. */
export const InboundContent = Type.Union([
  ...shown,
  SystemContent,
  UnsupportedContent,
  ReactionContent,
  EditContent,
  RevokeContent,
]);
export type InboundContent = Static<typeof InboundContent>;
