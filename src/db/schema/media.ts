import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
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
import {
  mediaKinds,
  mediaProblems,
  mediaStates,
  mediaSteps,
  readingStates,
} from "../../funnel/media.ts";
import { createdAt, instant, organizationId } from "./columns.ts";
import { messages } from "./messages.ts";

/** The file of a message: what was said of it, where it lies, and what it says. */
export const media = pgTable(
  "media",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    messageId: uuid().notNull(),
    /** Meta's; good for seven days. */
    metaMediaId: text().notNull(),
    kind: text({ enum: mediaKinds }).notNull(),
    /** Recorded in the chat, as opposed to a sound file. */
    voice: boolean().notNull(),
    /** As the sender's phone has it: shown to nobody's browser. */
    claimedMimeType: text(),
    /** As the bytes have it. */
    mimeType: text(),
    /** Base64, as Meta told; what is stored has it. */
    sha256: text(),
    bytes: bigint({ mode: "number" }),
    filename: text(),
    state: text({ enum: mediaStates }).notNull().default("pending"),
    problem: text({ enum: mediaProblems }),

    // Work: what comes next, who is at it, how often it was tried.
    step: text({ enum: mediaSteps }),
    attempts: smallint().notNull().default(0),
    /** Database time. */
    nextAttemptAt: instant().notNull().defaultNow(),
    leaseOwner: text(),
    leaseUntil: instant(),
    erasedAt: instant(),

    // What it says.
    reading: text({ enum: readingStates }).notNull(),
    /** The bot waits for the words: nothing else of the message says anything. */
    wakes: boolean().notNull(),
    transcript: text(),
    /** 0–1: how sure the transcript is; null where the model does not say. */
    transcriptConfidence: real(),
    /** False: the bot asks again instead of acting upon it. */
    transcriptClear: boolean(),
    description: text(),
    /** The mailbox's position that its words raised: new to the bot until that is handled. */
    wakeSeq: bigint({ mode: "number" }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("media_message_key").on(table.organizationId, table.messageId),
    index("media_work_index").on(table.nextAttemptAt).where(sql`step is not null`),
    index("media_waiting_index")
      .on(table.organizationId, table.nextAttemptAt)
      .where(sql`step is not null`),
    foreignKey({
      columns: [table.organizationId, table.messageId],
      foreignColumns: [messages.organizationId, messages.id],
    }),
  ],
);
