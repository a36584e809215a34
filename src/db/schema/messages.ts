import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { authors } from "../../funnel/lead.ts";
import { cancelReasons, messageStates } from "../../funnel/message-state.ts";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { conversations } from "./conversations.ts";
import { files } from "./files.ts";

export const messages = pgTable(
  "messages",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    integrationId: uuid().notNull(),
    /** Order within the conversation. */
    seq: bigint({ mode: "number" }).notNull(),
    direction: text({ enum: ["in", "out"] }).notNull(),
    author: text({ enum: authors }).notNull(),
    /** WhatsApp's type: text, button, interactive, image … */
    kind: text().notNull(),
    /** What a person would read; null where the kind carries no text. */
    text: text(),
    /** The inbound item as it came, verbatim but for characters that jsonb refuses. */
    raw: jsonb(),
    /** True when U+0000 or lone surrogates were replaced. */
    altered: boolean().notNull().default(false),
    wamid: text(),
    replyToWamid: text(),
    state: text({ enum: messageStates }).notNull(),
    priority: smallint().notNull().default(0),
    attempts: smallint().notNull().default(0),
    /** Database time before which the message is not tried. */
    nextAttemptAt: instant(),
    /** Database time after which a `sending` message is `unknown`. */
    sendDeadlineAt: instant(),
    /** Database time after which it is no longer worth sending. */
    expiresAt: instant(),
    /** Set when an `unknown` send was handed to a human. */
    doubtAt: instant(),
    errorCode: integer(),
    errorText: text(),
    cancelReason: text({ enum: cancelReasons }),
    /** Since when what its error means beyond it is to be done; null: nothing is, or it is done. */
    effectDueAt: instant(),
    /** The conversation's fence when a bot message was made; sent only while it still holds. */
    fence: bigint({ mode: "number" }).notNull().default(0),
    /** Nudges only: the mailbox position they were made at. */
    seenWakeSeq: bigint({ mode: "number" }),
    turnId: uuid(),
    /** Who sent it, of the team. */
    userId: uuid(),
    /** The message that a person sent again with this one. */
    resendOf: uuid(),
    /** What it says beside text: `whatsapp/message` owns the shapes that go out, `inbound-content` the others. */
    payload: jsonb(),
    /** The uploaded file that goes out with it. */
    fileId: uuid(),
    /** Inbound: whether the bot was to think about it; null where nobody noted it. */
    wakes: boolean(),
    /** When its author last changed its words; older changes that come late are ignored. */
    editedAt: instant(),
    /** The place in the conversation's order that its changed words have taken. */
    changedSeq: bigint({ mode: "number" }),
    /** When its author deleted it: its words are gone then, only `raw` keeps them. */
    deletedAt: instant(),
    /** Latest reaction by author (`lead`, `human`): `{emoji, at}`; emoji null = taken back. */
    reactions: jsonb(),
    /** Pricing as Meta's status reported it. */
    pricing: jsonb(),
    /** Since when its fee is decided: the row in `message_fees`. */
    pricedAt: instant(),
    /** Business time: when the lead sent it, or when we made it. */
    sentAt: instant().notNull(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("messages_wamid_key").on(table.integrationId, table.wamid),
    uniqueIndex("messages_order_key").on(table.conversationId, table.seq),
    index("messages_queue_index")
      .on(table.integrationId, table.priority, table.createdAt)
      .where(sql`state = 'queued'`),
    index("messages_sending_index").on(table.sendDeadlineAt).where(sql`state = 'sending'`),
    index("messages_unknown_index")
      .on(table.integrationId)
      .where(sql`state = 'unknown' and doubt_at is null`),
    // Reports count from this index alone; the predicate is `EXCHANGED` of `queries/reports`.
    index("messages_exchanged_index")
      .on(table.organizationId, table.sentAt, table.author, table.conversationId)
      .where(sql`state in ('received', 'accepted', 'sent', 'delivered', 'read', 'played')`),
    // Those that an ad or post brought: where a free entry point may begin.
    index("messages_referral_index")
      .on(table.conversationId, table.sentAt)
      .where(sql`direction = 'in' and jsonb_typeof(raw -> 'referral') = 'object'`),
    index("messages_nudge_index")
      .on(table.organizationId, table.sentAt)
      .where(sql`seen_wake_seq is not null`),
    // Two people who resend the same message at once make one.
    uniqueIndex("messages_resend_key")
      .on(table.organizationId, table.resendOf)
      .where(sql`resend_of is not null`),
    index("messages_open_index")
      .on(table.conversationId, table.seq)
      .where(sql`state in ('queued', 'sending', 'unknown')`),
    index("messages_effect_index").on(table.effectDueAt).where(sql`effect_due_at is not null`),
    index("messages_file_index")
      .on(table.organizationId, table.fileId)
      .where(sql`file_id is not null`),
    foreignKey({
      columns: [table.organizationId, table.fileId],
      foreignColumns: [files.organizationId, files.id],
    }),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);

/** One effect per key: who repeats a request is shown what it made the first time. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    organizationId: organizationId(),
    /** Chosen by the client. */
    key: text().notNull(),
    /** SHA-256 of who asked for what, hex: the same key for something else is refused. */
    requestHash: text().notNull(),
    /** The first answer, given again to each repeat. Null only inside its own transaction. */
    answer: jsonb(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.key] }),
    index("idempotency_keys_age_index").on(table.createdAt),
  ],
);

/** Statuses whose message is not known yet: applied when it appears, expired quietly. */
export const parkedReceipts = pgTable(
  "parked_receipts",
  {
    integrationId: uuid().notNull(),
    wamid: text().notNull(),
    status: text().notNull(),
    /** What `receipt` needs to apply it later. */
    receipt: jsonb().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.wamid, table.status] }),
    index("parked_receipts_age_index").on(table.createdAt),
  ],
);

/**
 * Reactions, edits and deletions as they came: each about another message of the conversation, applied
 * when that one is there. The conversation's `parkedAt` tells that some still wait.
 */
export const messageChanges = pgTable(
  "message_changes",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    integrationId: uuid().notNull(),
    wamid: text().notNull(),
    /** The message it is about. */
    targetWamid: text().notNull(),
    author: text({ enum: ["lead", "human"] }).notNull(),
    kind: text({ enum: ["reaction", "edit", "revoke"] }).notNull(),
    /** `whatsapp/inbound-content` owns the shape. */
    content: jsonb().notNull(),
    raw: jsonb(),
    /** Business time. */
    at: instant().notNull(),
    /** Applied, overtaken by a newer one, or given up after a week. Null: waits for its message. */
    settledAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("message_changes_wamid_key").on(table.integrationId, table.wamid),
    index("message_changes_conversation_index").on(table.organizationId, table.conversationId),
    index("message_changes_waiting_index").on(table.createdAt).where(sql`settled_at is null`),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);

/** Webhook items that are no messages, kept raw until the part that understands them. */
export const notices = pgTable(
  "notices",
  {
    id: uuid().primaryKey(),
    organizationId: uuid(),
    integrationId: uuid(),
    field: text().notNull(),
    raw: jsonb().notNull(),
    /** SHA-256 of the raw item: a redelivery is the same row. */
    digest: text().notNull(),
    createdAt: createdAt(),
    /** When all that follows from it was done: a redelivery does nothing any more. */
    effectedAt: instant(),
  },
  (table) => [uniqueIndex("notices_digest_key").on(table.digest)],
);
