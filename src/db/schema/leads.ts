import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { leadSources } from "../../funnel/lead.ts";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { memberships, organizations } from "./organizations.ts";

export const leads = pgTable(
  "leads",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    /** As WhatsApp shows it; may be missing. */
    name: text(),
    username: text(),
    email: text(),
    company: text(),
    source: text({ enum: leadSources }).notNull().default("organic"),
    /** The first ad or post that brought the lead, verbatim. */
    referral: jsonb(),
    tags: text().array().notNull().default([]),
    /** What the organization keeps beside the fields above: names and values of its own. */
    fields: jsonb().notNull().default({}),
    /** Whose lead it is, of the team. */
    ownerId: uuid(),
    /** What a search looks through, in lower case. */
    searchText: text().generatedAlwaysAs(
      sql`lower(coalesce(name, '') || ' ' || coalesce(username, '') || ' ' || coalesce(email, '') || ' ' || coalesce(company, ''))`,
    ),
    createdAt: createdAt(),
    /** Erased: nothing personal is left, only what counts and costs need. */
    erasedAt: instant(),
    /** The lead this one turned out to be. */
    mergedInto: uuid(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    foreignKey({
      columns: [table.organizationId, table.ownerId],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
    foreignKey({
      columns: [table.organizationId, table.mergedInto],
      foreignColumns: [table.organizationId, table.id],
    }),
    index("leads_created_index")
      .on(table.organizationId, table.createdAt, table.id)
      .where(sql`erased_at is null and merged_into is null`),
    index("leads_search_index").using(
      "gin",
      table.organizationId,
      table.searchText.op("gin_trgm_ops"),
    ),
    index("leads_tags_index").using("gin", table.organizationId, table.tags),
  ],
);

/** What people of the team write down about a lead; the bot does not read it. */
export const leadNotes = pgTable(
  "lead_notes",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    leadId: uuid().notNull(),
    /** Who wrote it; for a machine's note, who made its key. */
    userId: uuid().notNull(),
    text: text().notNull(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("lead_notes_lead_index").on(table.organizationId, table.leadId, table.createdAt),
    foreignKey({
      columns: [table.organizationId, table.leadId],
      foreignColumns: [leads.organizationId, leads.id],
    }),
  ],
);

/** What a lead is known by, over time. A lead may have no phone number at all. */
export const leadIdentities = pgTable(
  "lead_identities",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    leadId: uuid().notNull(),
    kind: text({ enum: ["bsuid", "phone"] }).notNull(),
    /** A BSUID is unique within a business portfolio; a phone number everywhere (empty scope). */
    scope: text().notNull(),
    value: text().notNull(),
    startedAt: createdAt(),
    endedAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("lead_identities_current_key")
      .on(table.organizationId, table.kind, table.scope, table.value)
      .where(sql`ended_at is null`),
    index("lead_identities_lead_index").on(table.organizationId, table.leadId),
    index("lead_identities_phone_search_index")
      .using("gin", table.organizationId, table.value.op("gin_trgm_ops"))
      .where(sql`kind = 'phone' and ended_at is null`),
    foreignKey({
      columns: [table.organizationId, table.leadId],
      foreignColumns: [leads.organizationId, leads.id],
    }),
  ],
);
