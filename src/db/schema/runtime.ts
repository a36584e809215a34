import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  doublePrecision,
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
import { installationEventKinds, liveEventKinds } from "../../lib/events.ts";
import { bytes, createdAt, instant, organizationId, rowVersion } from "./columns.ts";

/** Live events of a commit, until they are published. The id is the event's id. */
export const outbox = pgTable(
  "outbox",
  {
    id: uuid().primaryKey(),
    organizationId: organizationId(),
    kind: text({ enum: [...liveEventKinds, ...installationEventKinds] }).notNull(),
    entityId: uuid().notNull(),
    version: bigint({ mode: "number" }).notNull(),
    data: jsonb().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("outbox_age_index").on(table.createdAt)],
);

/** Entries that were given up, byte for byte: poison is often what jsonb refuses. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: uuid().primaryKey(),
    /** Null when not even the organization could be read from it. */
    organizationId: uuid(),
    stream: text().notNull(),
    /** `<key>/<entry id>` in Redis: archiving twice is one row. */
    origin: text().notNull(),
    entry: bytes().notNull(),
    reason: text().notNull(),
    errorClass: text().notNull(),
    tries: integer().notNull(),
    firstSeenAt: instant().notNull(),
    lastSeenAt: instant().notNull(),
    /** What it is about where no entry carries that on: a turn's conversation, a message. */
    subjectId: uuid(),
    /** The letter whose replay died again as this one. */
    replayOf: uuid().references((): AnyPgColumn => deadLetters.id, { onDelete: "set null" }),
    /** What is replayed in place of `entry`, where somebody corrected it. */
    editedEntry: bytes(),
    replayAskedAt: instant(),
    replayAskedBy: text(),
    /** Letters that were asked for together keep their pace together. */
    replayBatch: uuid(),
    /** Database time from which on it is replayed; null: it is not to be. */
    replayDueAt: instant(),
    /** From here on the replay goes through, whoever dies meanwhile, and cannot be called off. */
    replayStartedAt: instant(),
    replayedAt: instant(),
    /** Why the last replay that was asked for did nothing. */
    refusal: text(),
    discardedAt: instant(),
    discardedBy: text(),
    discardReason: text(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("dead_letters_origin_key").on(table.origin),
    index("dead_letters_age_index").on(table.createdAt, table.id),
    index("dead_letters_open_index")
      .on(table.stream, table.createdAt)
      .where(sql`replayed_at is null and discarded_at is null`),
    index("dead_letters_due_index")
      .on(table.replayDueAt, table.id)
      .where(sql`replay_due_at is not null`),
    index("dead_letters_settled_index").on(sql`coalesce(replayed_at, discarded_at)`),
    index("dead_letters_subject_index")
      .on(table.subjectId, table.replayedAt)
      .where(sql`subject_id is not null`),
    index("dead_letters_replay_of_index").on(table.replayOf).where(sql`replay_of is not null`),
  ],
);

/** Heartbeats. A worker silent for 8 s is dead and its leases are free. Database time. */
export const workers = pgTable("workers", {
  id: text().primaryKey(),
  role: text().notNull(),
  host: text().notNull(),
  pid: integer().notNull(),
  startedAt: createdAt(),
  seenAt: createdAt(),
});

/** The one row that shifts business time while the simulator is on. */
export const clockOffset = pgTable("clock_offset", {
  id: smallint().primaryKey(),
  offsetMs: bigint({ mode: "number" }).notNull(),
});

/** The one row of what may not change after installation. */
export const installation = pgTable("installation", {
  id: smallint().primaryKey(),
  partitions: integer().notNull(),
  createdAt: createdAt(),
});

/** What the queue's rules have raised: one row for each rule and stream that ever was. */
export const queueAlerts = pgTable(
  "queue_alerts",
  {
    rule: text().notNull(),
    /** Empty: of the whole queue. */
    stream: text().notNull(),
    /** New each time it is raised. */
    id: uuid().notNull(),
    value: doublePrecision().notNull(),
    threshold: doublePrecision().notNull(),
    text: text().notNull(),
    raisedAt: createdAt(),
    /** Null while it is raised. */
    clearedAt: instant(),
    version: rowVersion(),
  },
  (table) => [primaryKey({ columns: [table.rule, table.stream] })],
);
