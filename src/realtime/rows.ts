import { type Static, Type } from "@sinclair/typebox";

const id = Type.String({ minLength: 1 });
const version = Type.Integer({ minimum: 1, description: "Rises with each change of the row." });
const text = Type.String();
const nullableText = Type.Union([Type.String(), Type.Null()]);
const nullableId = Type.Union([id, Type.Null()]);
/** ISO 8601 in UTC, as `utc` in `db/queries/public-state` writes it. */
const nullableInstant = Type.Union([Type.String(), Type.Null()]);
const count = Type.Integer({ minimum: 0 });

/** A message as every live event about it carries it: whole, at one version. */
export const MessageRow = Type.Object({
  id,
  conversationId: id,
  seq: Type.Integer(),
  direction: Type.Union([Type.Literal("in"), Type.Literal("out")]),
  author: text,
  sentBy: Type.Union([Type.Object({ id, name: text }), Type.Null()]),
  kind: text,
  text: nullableText,
  content: Type.Unknown({
    description: "What it says beside the text, as REST documents it by its `type`.",
  }),
  state: text,
  errorCode: Type.Union([Type.Integer(), Type.Null()]),
  errorText: nullableText,
  cancelReason: nullableText,
  wamid: nullableText,
  replyToWamid: nullableText,
  resendOf: nullableId,
  doubtAt: nullableInstant,
  turnId: nullableId,
  sentAt: nullableInstant,
  editedAt: nullableInstant,
  deletedAt: { ...nullableInstant, description: "Set: its author deleted it, and its words." },
  reactions: Type.Array(
    Type.Object({
      author: Type.Union([Type.Literal("lead"), Type.Literal("human")]),
      emoji: text,
      at: Type.String({ description: "ISO 8601, UTC." }),
    }),
  ),
  version,
});
export type MessageRow = Static<typeof MessageRow>;

export const ConversationRow = Type.Object({
  id,
  leadId: id,
  integrationId: id,
  mode: text,
  takenOverBy: nullableId,
  takenOverAt: nullableInstant,
  assigneeId: nullableId,
  optedOutAt: nullableInstant,
  stage: text,
  intent: text,
  sentiment: text,
  language: nullableText,
  summary: nullableText,
  lastSeq: count,
  readSeq: count,
  followUpAt: nullableInstant,
  followUpStep: count,
  attentionReason: nullableText,
  attentionAt: nullableInstant,
  attentionOwnerId: nullableId,
  lastLeadMessageAt: nullableInstant,
  lastMessageAt: nullableInstant,
  version,
});
export type ConversationRow = Static<typeof ConversationRow>;

export const LeadRow = Type.Object({
  id,
  name: nullableText,
  username: nullableText,
  phones: Type.Array(text, { description: "Digits; none while the lead hides its number." }),
  hasBsuid: Type.Boolean({ description: "WhatsApp knows the lead by an id without a number." }),
  email: nullableText,
  company: nullableText,
  source: text,
  referral: Type.Unknown({
    description: "The advertisement the lead came from, as Meta tells it.",
  }),
  tags: Type.Array(text),
  fields: Type.Record(text, Type.Unknown()),
  ownerId: nullableId,
  createdAt: nullableInstant,
  erasedAt: { ...nullableInstant, description: "Set: whatever was shown of the lead has to go." },
  mergedInto: { ...nullableId, description: "The lead that this one turned out to be." },
  maybeSameAs: { ...nullableId, description: "Another lead that may be the same person." },
  version,
});
export type LeadRow = Static<typeof LeadRow>;

/** What the lead agreed to: a call, a visit, a payment. */
export const BookingRow = Type.Object({
  id,
  conversationId: id,
  ctaId: id,
  requestedTime: nullableText,
  scheduledAt: nullableInstant,
  note: nullableText,
  status: text,
  createdAt: Type.String({ description: "ISO 8601, UTC." }),
  version,
});
export type BookingRow = Static<typeof BookingRow>;

/** A message template as Meta last judged it. */
export const TemplateRow = Type.Object({
  id,
  name: text,
  language: text,
  category: text,
  status: text,
  quality: text,
  rejectedReason: nullableText,
  version,
});
export type TemplateRow = Static<typeof TemplateRow>;

/** Something the organization's people should know of. It is raised once and never changes. */
export const AlertRow = Type.Object({
  id,
  kind: text,
  severity: Type.Union([Type.Literal("info"), Type.Literal("warning"), Type.Literal("critical")]),
  text,
  at: Type.String({ description: "ISO 8601, UTC." }),
});
export type AlertRow = Static<typeof AlertRow>;

/** What a rule over the queue says, to operators. Raised and cleared alike: `alertId` joins the two. */
export const QueueAlert = Type.Object({
  alertId: id,
  rule: Type.String({ description: "Such as `oldest_age` or `no_worker`." }),
  stream: Type.Union([Type.String(), Type.Null()], { description: "Null: the whole queue." }),
  state: Type.Union([Type.Literal("raised"), Type.Literal("cleared")]),
  value: Type.Number({ description: "What was measured when it was raised or cleared." }),
  threshold: Type.Number({ description: "From which value on it is raised." }),
  since: Type.String({ description: "When it was raised: ISO 8601, UTC." }),
  text: Type.String({ description: "What is wrong, and what to do." }),
});
export type QueueAlert = Static<typeof QueueAlert>;
