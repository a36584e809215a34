import {
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { memberships, organizations, users } from "./organizations.ts";

/**
 * A signed-in person, acting in one organization. No token is stored: a refresh token is signed with
 * the installation's secrets over the session, its salt and its generation.
 */
export const sessions = pgTable(
  "sessions",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    userId: uuid().notNull(),
    salt: text().notNull(),
    /** Rises with each refresh; an older token than the last but one was stolen or copied. */
    generation: integer().notNull().default(1),
    refreshedAt: createdAt(),
    userAgent: text(),
    address: text(),
    createdAt: createdAt(),
    seenAt: createdAt(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    revokedReason: text({
      enum: ["logout", "logout_everywhere", "password", "removed", "revoked", "reuse", "switched"],
    }),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    // Open sockets are checked by the sessions behind them, of all organizations at once.
    uniqueIndex("sessions_id_key").on(table.id),
    index("sessions_user_index").on(table.organizationId, table.userId),
    index("sessions_person_index").on(table.userId),
    index("sessions_expiry_index").on(table.expiresAt),
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
    index("live_tickets_session_index").on(table.organizationId, table.sessionId),
    index("live_tickets_expiry_index").on(table.expiresAt),
    foreignKey({
      columns: [table.organizationId, table.sessionId],
      foreignColumns: [sessions.organizationId, sessions.id],
    }),
  ],
);

/** Lets a machine in, as far as its scopes go. */
export const apiKeys = pgTable(
  "api_keys",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    name: text().notNull(),
    /** The key's first characters, so that people can tell keys apart. */
    prefix: text().notNull(),
    /** SHA-256 of the key, hex. */
    keyHash: text().notNull(),
    scopes: text().array().notNull(),
    createdBy: uuid()
      .notNull()
      .references(() => users.id),
    expiresAt: instant(),
    lastUsedAt: instant(),
    revokedAt: instant(),
    /** The key made when this one was rotated; both work until `expiresAt`. */
    replacedBy: uuid(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("api_keys_hash_key").on(table.keyHash),
  ],
);

/** People of the installation, not of a tenant: the queue and its numbers are theirs. */
export const operators = pgTable("operators", {
  userId: uuid()
    .primaryKey()
    .references(() => users.id),
  createdAt: createdAt(),
});
