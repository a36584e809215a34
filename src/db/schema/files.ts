import { bigint, foreignKey, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { fileStates } from "../../funnel/media.ts";
import { createdAt, instant, organizationId } from "./columns.ts";
import { integrations } from "./organizations.ts";

/** A file that somebody uploaded to be sent; `messages.file_id` says with which messages it went. */
export const files = pgTable(
  "files",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    state: text({ enum: fileStates }).notNull().default("pending"),
    /** As the bytes have it. */
    mimeType: text().notNull(),
    bytes: bigint({ mode: "number" }).notNull(),
    /** Base64. */
    sha256: text().notNull(),
    filename: text(),
    /** Database time from which on it goes, unless a message names it. */
    keptUntil: instant().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("files_kept_until_index").on(table.keptUntil),
  ],
);

/** What Meta calls a file that was uploaded to one number. */
export const fileUploads = pgTable(
  "file_uploads",
  {
    organizationId: organizationId(),
    fileId: uuid().notNull(),
    integrationId: uuid().notNull(),
    metaMediaId: text().notNull(),
    /** Business time: Meta keeps it for 30 days. */
    uploadedAt: instant().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.fileId, table.integrationId] }),
    foreignKey({
      columns: [table.organizationId, table.fileId],
      foreignColumns: [files.organizationId, files.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.organizationId, table.integrationId],
      foreignColumns: [integrations.organizationId, integrations.id],
    }),
  ],
);
