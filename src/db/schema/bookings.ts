import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { conversations } from "./leads.ts";
import { ctas } from "./organizations.ts";

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
    status: text({ enum: ["initiated", "confirmed", "cancelled", "done"] }).notNull(),
    turnId: uuid(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("bookings_conversation_index").on(table.organizationId, table.conversationId),
    index("bookings_order_index").on(table.organizationId, table.createdAt, table.id),
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
    uniqueIndex("opt_outs_current_key")
      .on(table.organizationId, table.conversationId)
      .where(sql`ended_at is null`),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);
