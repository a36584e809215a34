import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { leadSources, marketingStopSources } from "../../funnel/lead.ts";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { memberships, organizations } from "./organizations.ts";

const LISTED = sql`erased_at is null and merged_into is null`;

export const leads = pgTable(
  "leads",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    /** As WhatsApp shows it, or as somebody of the team wrote it; may be missing. */
    name: text(),
    /** The name is the team's: what WhatsApp says no longer changes it. */
    namedByTeam: boolean().notNull().default(false),
    username: text(),
    email: text(),
    company: text(),
    source: text({ enum: leadSources }).notNull().default("organic"),
    /** The phone numbers among its current identities, with spaces between; kept here for lists. */
    phones: text().notNull().default(""),
    /** Whether a BSUID is among them. */
    hasBsuid: boolean().notNull().default(false),
    /** The first ad or post that brought the lead, verbatim. */
    referral: jsonb(),
    /** Its id; cut, because an index refuses what is very long. */
    adId: text().generatedAlwaysAs(sql`left(referral ->> 'source_id', 200)`),
    tags: text().array().notNull().default([]),
    /** What the organization keeps beside the fields above: names and values of its own. */
    fields: jsonb().notNull().default({}),
    /** Whose lead it is, of the team. */
    ownerId: uuid(),
    /** What a search looks through, in lower case; a blank stands before every word. */
    searchText: text().generatedAlwaysAs(
      sql`lower(' ' || coalesce(name, '') || ' ' || coalesce(username, '') || ' ' || coalesce(email, '') || ' ' || coalesce(company, '') || ' ' || phones)`,
    ),
    /** What people see as its name, in lower case and short: lists are sorted by it. */
    sortName: text()
      .notNull()
      .generatedAlwaysAs(
        sql`left(lower(coalesce(nullif(name, ''), username, split_part(phones, ' ', 1))), 40)`,
      ),
    /**
     * Since when the lead wants no marketing; null: welcome. `marketingToldAt` is when they last said
     * either, so that an older word that comes late changes nothing.
     */
    marketingStoppedAt: instant(),
    marketingStopSource: text({ enum: marketingStopSources }),
    marketingToldAt: instant(),
    createdAt: createdAt(),
    /** Erased: nothing personal is left, only what counts and costs need. */
    erasedAt: instant(),
    /** The lead this one turned out to be. */
    mergedInto: uuid(),
    /** Another lead that may be the same person: a person decides, never we. Set on both. */
    maybeSameAs: uuid(),
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
    // Lists show neither erased nor merged leads. Each order and filter has the index it walks.
    index("leads_created_index").on(table.organizationId, table.createdAt, table.id).where(LISTED),
    index("leads_name_index").on(table.organizationId, table.sortName, table.id).where(LISTED),
    index("leads_owner_index")
      .on(table.organizationId, table.ownerId, table.createdAt, table.id)
      .where(LISTED),
    index("leads_source_index")
      .on(table.organizationId, table.source, table.createdAt, table.id)
      .where(LISTED),
    index("leads_ad_index")
      .on(table.organizationId, table.adId, table.createdAt, table.id)
      .where(sql`ad_id is not null and erased_at is null and merged_into is null`),
    // Reports count erased leads too.
    index("leads_erased_index")
      .on(table.organizationId, table.createdAt)
      .where(sql`erased_at is not null and merged_into is null`),
    index("leads_merged_index")
      .on(table.organizationId, table.mergedInto)
      .where(sql`merged_into is not null`),
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
    foreignKey({
      columns: [table.organizationId, table.userId],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
  ],
);

/** What became of a lead as such; what happened in its chats is in `timeline_events` and others. */
export const leadEvents = pgTable(
  "lead_events",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    leadId: uuid().notNull(),
    kind: text({ enum: ["assigned", "merged"] }).notNull(),
    /** Who did it. */
    userId: uuid().notNull(),
    /** Assigned: to whom; null = to nobody. */
    ownerId: uuid(),
    /** Merged: the lead that went into this one. */
    mergedLeadId: uuid(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("lead_events_lead_index").on(table.organizationId, table.leadId, table.createdAt),
    foreignKey({
      columns: [table.organizationId, table.leadId],
      foreignColumns: [leads.organizationId, leads.id],
    }),
  ],
);

/**
 * Who said stop and was then erased: a fingerprint of what they were known by, and nothing else, so
 * that nobody writes to them by accident.
 */
export const erasedOptOuts = pgTable(
  "erased_opt_outs",
  {
    organizationId: organizationId().references(() => organizations.id),
    /** SHA-256 over organization, kind and value, hex. */
    fingerprint: text().notNull(),
    optedOutAt: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.fingerprint] })],
);

/** What a lead is known by, over time. A lead may have no phone number at all. */
export const leadIdentities = pgTable(
  "lead_identities",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    leadId: uuid().notNull(),
    /** Usernames are kept as history alone: nobody is found by one. */
    kind: text({ enum: ["bsuid", "phone", "username"] }).notNull(),
    /** A BSUID is unique within a portfolio, a phone number everywhere (empty), a username within its lead. */
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
    // Two spellings of one number at the same instant make one lead: `phoneKey` of whatsapp/phone-variants.
    uniqueIndex("lead_identities_phone_key")
      .on(
        table.organizationId,
        sql`(regexp_replace(regexp_replace(regexp_replace(value, '^(55\\d\\d)9([6-9]\\d{7})$', '\\1\\2'), '^521(\\d{10})$', '52\\1'), '^549(\\d{10})$', '54\\1'))`,
      )
      .where(sql`kind = 'phone' and ended_at is null`),
    index("lead_identities_former_index")
      .on(table.organizationId, table.kind, table.scope, table.value)
      .where(sql`ended_at is not null`),
    index("lead_identities_lead_index").on(table.organizationId, table.leadId),
    foreignKey({
      columns: [table.organizationId, table.leadId],
      foreignColumns: [leads.organizationId, leads.id],
    }),
  ],
);

/** Which BSUID took the place of which: told in any order, also before the lead's first message. */
export const bsuidMoves = pgTable(
  "bsuid_moves",
  {
    organizationId: organizationId().references(() => organizations.id),
    /** The business portfolio. */
    scope: text().notNull(),
    previous: text().notNull(),
    current: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.scope, table.previous] }),
    index("bsuid_moves_current_index").on(table.organizationId, table.scope, table.current),
  ],
);
