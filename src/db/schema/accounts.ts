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
import { memberRoles, memberships, users } from "./organizations.ts";

/** Lets whoever reads the mail to this address join the organization, once. */
export const invitations = pgTable(
  "invitations",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    /** Lower case. */
    email: text().notNull(),
    role: text({ enum: memberRoles }).notNull(),
    /** SHA-256 of the token, hex. A resend puts another in its place. */
    tokenHash: text().notNull(),
    /** On whose word it stands: who sent it last. */
    invitedBy: uuid().notNull(),
    expiresAt: instant().notNull(),
    acceptedAt: instant(),
    acceptedBy: uuid(),
    revokedAt: instant(),
    createdAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("invitations_token_key").on(table.tokenHash),
    uniqueIndex("invitations_open_key")
      .on(table.organizationId, table.email)
      .where(sql`accepted_at is null and revoked_at is null`),
    index("invitations_created_index").on(table.organizationId, table.createdAt, table.id),
    index("invitations_expiry_index").on(table.expiresAt).where(sql`accepted_at is null`),
    foreignKey({
      columns: [table.organizationId, table.invitedBy],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
    foreignKey({
      columns: [table.organizationId, table.acceptedBy],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
  ],
);

/** Lets whoever reads the person's mail choose a new password, once. Gone when it was used. */
export const passwordResets = pgTable(
  "password_resets",
  {
    /** SHA-256 of the token, hex. */
    tokenHash: text().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    expiresAt: instant().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("password_resets_user_index").on(table.userId),
    index("password_resets_expiry_index").on(table.expiresAt),
  ],
);
