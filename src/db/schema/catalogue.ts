import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { integrations, organizations } from "./organizations.ts";

/** What the bot may state. A price's `text` holds the amount exactly as the business writes it. */
export const facts = pgTable(
  "facts",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    kind: text({ enum: ["fact", "price"] }).notNull(),
    topic: text().notNull(),
    text: text().notNull(),
    /** Of prices only; no currency has more than four decimals. */
    amount: numeric({ precision: 18, scale: 4 }),
    currency: text(),
    active: boolean().notNull().default(true),
    position: integer().notNull().default(0),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("facts_position_index").on(table.organizationId, table.position, table.id),
  ],
);

/** A next step the business offers: book a call, a visit, send a link. */
export const ctas = pgTable(
  "ctas",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    kind: text({ enum: ["call", "demo", "visit", "link"] }).notNull(),
    name: text().notNull(),
    description: text().notNull(),
    url: text(),
    /** `funnel/availability` owns the shape; null: people settle the time. */
    availability: jsonb(),
    active: boolean().notNull().default(true),
    position: integer().notNull().default(0),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("ctas_position_index").on(table.organizationId, table.position, table.id),
  ],
);

/** What may be sent when the window is closed, once Meta has approved it. */
export const templates = pgTable(
  "templates",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    integrationId: uuid().notNull(),
    name: text().notNull(),
    language: text().notNull(),
    category: text({ enum: ["MARKETING", "UTILITY", "AUTHENTICATION"] }).notNull(),
    /** `whatsapp/template` owns the shape. */
    components: jsonb().notNull().default([]),
    /** `draft` until it is submitted; from then on Meta's word. */
    status: text().notNull().default("draft"),
    /** Meta's word. */
    quality: text().notNull().default("UNKNOWN"),
    rejectedReason: text(),
    metaTemplateId: text(),
    /** What fills each variable when the sender gives nothing: `funnel/template-values` owns the shape. */
    variables: jsonb().notNull().default([]),
    /** As of when Meta said so: an older word that comes late changes nothing. */
    statusAt: instant(),
    qualityAt: instant(),
    categoryAt: instant(),
    /** What Meta will make of the category, and when. */
    nextCategory: text(),
    nextCategoryAt: instant(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("templates_name_key").on(table.integrationId, table.name, table.language),
    index("templates_created_index").on(table.organizationId, table.createdAt, table.id),
    foreignKey({
      columns: [table.organizationId, table.integrationId],
      foreignColumns: [integrations.organizationId, integrations.id],
    }),
  ],
);

/** When the bot writes again by itself. An organization without an active one sends no nudges. */
export const followUpSequences = pgTable(
  "follow_up_sequences",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    name: text().notNull(),
    /** `funnel/follow-up` owns the shape: ascending minutes after the lead's last message. */
    steps: jsonb().notNull(),
    ghostAfterMinutes: integer().notNull(),
    active: boolean().notNull().default(false),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("follow_up_sequences_active_key").on(table.organizationId).where(sql`active`),
    index("follow_up_sequences_created_index").on(table.organizationId, table.createdAt, table.id),
  ],
);
