import { sql } from "drizzle-orm";
import {
  bigint,
  foreignKey,
  index,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { authors, conversationModes, intents, sentiments, stages } from "../../funnel/lead.ts";
import { attentionReasons } from "../../funnel/turn.ts";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { leads } from "./leads.ts";
import { integrations, memberships } from "./organizations.ts";

/** One lead on one number, for life: the mailbox, the lease, the funnel, the summary. */
export const conversations = pgTable(
  "conversations",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    leadId: uuid().notNull(),
    integrationId: uuid().notNull(),
    /** How the lead was last addressable: phone wins, else the BSUID goes into `recipient`. */
    phone: text(),
    bsuid: text(),

    // Mailbox. Unanswered = wakeSeq > handledSeq.
    wakeSeq: bigint({ mode: "number" }).notNull().default(0),
    handledSeq: bigint({ mode: "number" }).notNull().default(0),
    /** First text that no turn has seen yet: the debounce cap counts from here. Database time. */
    unseenSince: instant(),
    /** When the next turn may start. Database time. */
    dueAt: instant(),
    turnAttempts: smallint().notNull().default(0),
    /** Turns in a row whose draft was overtaken by newer text. */
    supersessions: smallint().notNull().default(0),

    // Lease. The epoch rises with each claim; a stale epoch can write nothing.
    leaseOwner: text(),
    leaseEpoch: bigint({ mode: "number" }).notNull().default(0),
    leaseUntil: instant(),

    mode: text({ enum: conversationModes }).notNull().default("bot"),
    takenOverBy: uuid(),
    takenOverAt: instant(),
    /** Who of the team looks after the chat, whoever is writing in it. */
    assigneeId: uuid(),
    /** Rises with takeover, opt-out and close; bot messages carrying an older one are never sent. */
    fence: bigint({ mode: "number" }).notNull().default(0),
    optedOutAt: instant(),
    /** Changes of messages that have not come yet wait since then; null = none. Database time. */
    parkedAt: instant(),
    /** Takes no message any more: its lead was erased, or merged into one with a chat on this number. */
    endedAt: instant(),

    stage: text({ enum: stages }).notNull().default("greeting"),
    intent: text({ enum: intents }).notNull().default("unknown"),
    sentiment: text({ enum: sentiments }).notNull().default("neutral"),
    language: text(),
    summary: text(),
    /** Last message (`messages.seq`) the summary covers. */
    summarySeq: bigint({ mode: "number" }).notNull().default(0),
    lastSeq: bigint({ mode: "number" }).notNull().default(0),
    /** Last message of the lead. */
    lastInSeq: bigint({ mode: "number" }).notNull().default(0),
    /** Last message the team has read: what the lead wrote after it is unread. */
    readSeq: bigint({ mode: "number" }).notNull().default(0),
    /** Last message a finished turn has seen: what lies after it is new to the bot. */
    answeredSeq: bigint({ mode: "number" }).notNull().default(0),

    /** Business time of the next nudge; null = none pending. Never more than one. */
    followUpAt: instant(),
    followUpStep: smallint().notNull().default(0),

    attentionReason: text({ enum: attentionReasons }),
    attentionAt: instant(),
    attentionOwnerId: uuid(),

    /** Business time; the 24-hour window counts from here. */
    lastLeadMessageAt: instant(),
    lastLeadWamid: text(),
    /** Business time until which all is free: 72 h from our first answer to a lead whom an ad brought. */
    freeEntryUntil: instant(),
    /** Meta has said that the window is closed although nothing newer than this message came. */
    closedInSeq: bigint({ mode: "number" }),
    /** The lead was asked by template to write again after this message: once is enough. */
    reopenedInSeq: bigint({ mode: "number" }),
    /** Database time before which Meta takes nothing for this person, after so many refusals in a row. */
    heldUntil: instant(),
    pairRefusals: smallint().notNull().default(0),
    lastMessageAt: instant(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("conversations_lead_number_key").on(
      table.organizationId,
      table.leadId,
      table.integrationId,
    ),
    // Scanned backwards by the inbox, so each order is the one that needs no sorting.
    index("conversations_inbox_index").on(table.organizationId, table.lastMessageAt, table.id),
    index("conversations_attention_index")
      .on(table.organizationId, table.lastMessageAt, table.id)
      .where(sql`attention_reason is not null`),
    index("conversations_unread_index")
      .on(table.organizationId, table.lastMessageAt, table.id)
      .where(sql`last_in_seq > read_seq`),
    index("conversations_human_index")
      .on(table.organizationId, table.lastMessageAt, table.id)
      .where(sql`mode = 'human'`),
    index("conversations_assignee_index")
      .on(table.organizationId, table.assigneeId, table.lastMessageAt, table.id)
      .where(sql`assignee_id is not null`),
    // The inbox's cursor walks each; so do lists of leads, which filter by them.
    index("conversations_stage_index").on(
      table.organizationId,
      table.stage,
      table.lastMessageAt,
      table.id,
    ),
    index("conversations_intent_index").on(
      table.organizationId,
      table.intent,
      table.lastMessageAt,
      table.id,
    ),
    index("conversations_sentiment_index").on(
      table.organizationId,
      table.sentiment,
      table.lastMessageAt,
      table.id,
    ),
    index("conversations_created_index").on(table.organizationId, table.createdAt),
    index("conversations_unanswered_index").on(table.dueAt).where(sql`wake_seq > handled_seq`),
    index("conversations_follow_up_index")
      .on(table.followUpAt)
      .where(sql`follow_up_at is not null`),
    // The list of what is planned: the one above is the sweep's, over all organizations.
    index("conversations_planned_index")
      .on(table.organizationId, table.followUpAt, table.id)
      .where(sql`follow_up_at is not null`),
    foreignKey({
      columns: [table.organizationId, table.leadId],
      foreignColumns: [leads.organizationId, leads.id],
    }),
    foreignKey({
      columns: [table.organizationId, table.integrationId],
      foreignColumns: [integrations.organizationId, integrations.id],
    }),
    foreignKey({
      columns: [table.organizationId, table.assigneeId],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
  ],
);

/** What people did with a conversation; what the bot did is in turns, stage changes and bookings. */
export const timelineEvents = pgTable(
  "timeline_events",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    kind: text({
      enum: ["takeover", "release", "attention_claimed", "attention_resolved", "assigned"],
    }).notNull(),
    userId: uuid(),
    /** To whom it was assigned; null: to nobody any more. */
    assigneeId: uuid(),
    /** What called for attention, where the act answered the call. */
    reason: text({ enum: attentionReasons }),
    /** When it had called: the conversation forgets it with the act. */
    calledAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("timeline_events_created_index").on(table.organizationId, table.createdAt),
    index("timeline_events_conversation_index").on(table.organizationId, table.conversationId),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);

export const stageChanges = pgTable(
  "stage_changes",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    fromStage: text({ enum: stages }).notNull(),
    toStage: text({ enum: stages }).notNull(),
    author: text({ enum: authors }).notNull(),
    reason: text().notNull(),
    confidence: real(),
    /** The lead's message that caused it. */
    messageId: uuid(),
    turnId: uuid(),
    /** Which person, where one did it. */
    userId: uuid(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("stage_changes_conversation_index").on(table.organizationId, table.conversationId),
    index("stage_changes_won_index")
      .on(table.organizationId, table.createdAt, table.conversationId)
      .where(sql`to_stage = 'closed'`),
    // Reports read the moves of a period from this index alone.
    index("stage_changes_created_index").on(
      table.organizationId,
      table.createdAt,
      table.conversationId,
      table.fromStage,
      table.toStage,
    ),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);

export const optOuts = pgTable(
  "opt_outs",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    leadId: uuid().notNull(),
    keyword: text().notNull(),
    createdAt: createdAt(),
    endedAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("opt_outs_conversation_index").on(table.organizationId, table.conversationId),
    uniqueIndex("opt_outs_current_key")
      .on(table.organizationId, table.conversationId)
      .where(sql`ended_at is null`),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);
