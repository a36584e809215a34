import {
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, organizationId } from "./columns.ts";
import { memberships, users } from "./organizations.ts";

/** A signed-in person, acting in one organization. The token itself is never stored. */
export const sessions = pgTable(
  "sessions",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    userId: uuid().notNull(),
    /** SHA-256 of the token, hex. */
    tokenHash: text().notNull(),
    createdAt: createdAt(),
    seenAt: createdAt(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("sessions_token_key").on(table.tokenHash),
    // Open sockets are checked by the sessions behind them, of all organizations at once.
    uniqueIndex("sessions_id_key").on(table.id),
    index("sessions_user_index").on(table.organizationId, table.userId),
    foreignKey({
      columns: [table.organizationId, table.userId],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
  ],
);

/** Opens one live socket, once, within seconds: tokens never travel in an address. */
export const liveTickets = pgTable(
  "live_tickets",
  {
    organizationId: organizationId(),
    tokenHash: text().primaryKey(),
    sessionId: uuid().notNull(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  (table) => [
    foreignKey({
      columns: [table.organizationId, table.sessionId],
      foreignColumns: [sessions.organizationId, sessions.id],
    }),
  ],
);

/** People of the installation, not of a tenant: the queue and its numbers are theirs. */
export const operators = pgTable("operators", {
  userId: uuid()
    .primaryKey()
    .references(() => users.id),
  createdAt: createdAt(),
});
