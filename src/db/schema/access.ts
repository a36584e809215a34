import { sql } from "drizzle-orm";
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
import { memberRoles, memberships, organizations, users } from "./organizations.ts";

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
      enum: ["logout", "logout_everywhere", "password", "removed", "revoked", "reuse"],
    }),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    // Open sockets are checked by the sessions behind them, of all organizations at once.
    uniqueIndex("sessions_id_key").on(table.id),
    index("sessions_user_index").on(table.organizationId, table.userId),
    index("sessions_person_index").on(table.userId),
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

/** Bound to an e-mail address, good once: the only way into an organization that exists. */
export const invitations = pgTable(
  "invitations",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: uuid().notNull(),
    /** Lower case. */
    email: text().notNull(),
    role: text({ enum: memberRoles }).notNull(),
    /** SHA-256 of the token, hex. */
    tokenHash: text().notNull(),
    invitedBy: uuid()
      .notNull()
      .references(() => users.id),
    expiresAt: instant().notNull(),
    acceptedAt: instant(),
    revokedAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("invitations_token_key").on(table.tokenHash),
    uniqueIndex("invitations_open_key")
      .on(table.organizationId, table.email)
      .where(sql`accepted_at is null and revoked_at is null`),
  ],
);

/** A forgotten password's way back, good once. */
export const passwordResets = pgTable(
  "password_resets",
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    /** SHA-256 of the token, hex. */
    tokenHash: text().notNull(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("password_resets_token_key").on(table.tokenHash),
    index("password_resets_user_index").on(table.userId),
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
