import {
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
    replayedAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("dead_letters_origin_key").on(table.origin),
    index("dead_letters_age_index").on(table.createdAt, table.id),
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
