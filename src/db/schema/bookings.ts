import { sql } from "drizzle-orm";
import { foreignKey, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bookingStatuses } from "../../funnel/booking.ts";
import { ctas } from "./catalogue.ts";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { conversations } from "./conversations.ts";

/** A CTA the lead agreed to, with the time they asked for: the action centre's rows. */
export const bookings = pgTable(
  "bookings",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    ctaId: uuid().notNull(),
    /** As the lead said it. */
    requestedTime: text(),
    /** The time that was settled. */
    scheduledAt: instant(),
    /** Of the team, for the team. */
    note: text(),
    status: text({ enum: bookingStatuses }).notNull(),
    turnId: uuid(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("bookings_created_index").on(table.organizationId, table.createdAt, table.id),
    index("bookings_status_index").on(
      table.organizationId,
      table.status,
      table.createdAt,
      table.id,
    ),
    index("bookings_cta_index").on(table.organizationId, table.ctaId, table.createdAt, table.id),
    index("bookings_scheduled_index")
      .on(table.organizationId, table.scheduledAt, table.id)
      .where(sql`scheduled_at is not null`),
    index("bookings_conversation_index").on(table.organizationId, table.conversationId),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    foreignKey({
      columns: [table.organizationId, table.ctaId],
      foreignColumns: [ctas.organizationId, ctas.id],
    }),
  ],
);

/**
 * A time that a turn keeps free while the reply that says so is being written: its commit makes a booking of
 * it. A conversation holds one; what is past `held_until` holds nothing.
 */
export const bookingHolds = pgTable(
  "booking_holds",
  {
    organizationId: organizationId(),
    conversationId: uuid().notNull(),
    ctaId: uuid().notNull(),
    turnId: uuid().notNull(),
    startsAt: instant().notNull(),
    heldUntil: instant().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.conversationId] }),
    index("booking_holds_cta_index").on(table.organizationId, table.ctaId),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    foreignKey({
      columns: [table.organizationId, table.ctaId],
      foreignColumns: [ctas.organizationId, ctas.id],
    }),
  ],
);
