import { sql } from "drizzle-orm";
import {
  boolean,
  date,
  foreignKey,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, organizationId } from "./columns.ts";
import { conversations } from "./conversations.ts";

const usd = () => numeric({ precision: 18, scale: 12 });

/** What Meta charges for one delivered message. The operator's table: Meta's API does not tell it. */
export const messageRates = pgTable(
  "message_rates",
  {
    id: uuid().primaryKey(),
    /** ISO 3166 alpha-2 of the recipient's number; `*` for all that have no row of their own. */
    country: text().notNull(),
    /** Meta's word: marketing, utility, authentication … A service message costs the utility rate. */
    category: text().notNull(),
    usd: usd().notNull(),
    /** Local days of the organization; the last one is not included, null = until further notice. */
    validFrom: date().notNull(),
    validTo: date(),
    /** Where the rate was read, and when. */
    source: text().notNull(),
  },
  (table) => [uniqueIndex("message_rates_key").on(table.country, table.category, table.validFrom)],
);

/** What one delivered message cost. Decided once, when WhatsApp reports its price. */
export const messageFees = pgTable(
  "message_fees",
  {
    organizationId: organizationId(),
    messageId: uuid().notNull(),
    conversationId: uuid().notNull(),
    integrationId: uuid().notNull(),
    /** As WhatsApp's status says. */
    category: text(),
    type: text(),
    model: text(),
    /** Of the recipient; null where neither phone nor BSUID tells. */
    country: text(),
    /** Local day of the organization on which it was delivered. */
    day: date().notNull(),
    /** One of the number's free service messages of the month. */
    allowance: boolean().notNull(),
    /** Null = nobody knows the rate; never 0 then. */
    usd: usd(),
    rateId: uuid(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.messageId] }),
    index("message_fees_conversation_index").on(
      table.organizationId,
      table.conversationId,
      table.usd,
    ),
    index("message_fees_unpriced_index").on(table.country, table.category).where(sql`usd is null`),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);

/** How many of its free service messages a number has used in a local month. */
export const feeAllowances = pgTable(
  "fee_allowances",
  {
    organizationId: organizationId(),
    integrationId: uuid().notNull(),
    /** Its first local day. */
    month: date().notNull(),
    used: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.integrationId, table.month] })],
);

/**
 * Whom a business portfolio has written to outside their window, and when last: Meta limits how many
 * people in 24 hours. By lead, so that two numbers that write to one person count once.
 */
export const portfolioReach = pgTable(
  "portfolio_reach",
  {
    portfolioId: text().notNull(),
    leadId: uuid().notNull(),
    /** Business time. */
    reachedAt: instant().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.portfolioId, table.leadId] }),
    index("portfolio_reach_time_index").on(table.portfolioId, table.reachedAt),
  ],
);
