import { index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

/** Who changed what, written in the commit of the change. Secrets are masked before they get here. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: uuid().primaryKey(),
    /** Null for acts on the installation itself. */
    organizationId: uuid(),
    actorKind: text({ enum: ["person", "key", "operator", "internal", "system"] }).notNull(),
    /** Of the user or key; the name of an internal key. */
    actorId: text(),
    actorName: text(),
    /** `lead.updated`, `api_key.rotated`. */
    action: text().notNull(),
    resource: text().notNull(),
    resourceId: text().notNull(),
    /** Only what changed; null for a creation. */
    before: jsonb(),
    /** Null for a removal. */
    after: jsonb(),
    address: text(),
    requestId: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index("audit_log_organization_index").on(table.organizationId, table.createdAt, table.id),
    // One for each filter of the log, in its order: what is rare is not sought row by row.
    index("audit_log_actor_index").on(
      table.organizationId,
      table.actorId,
      table.createdAt,
      table.id,
    ),
    index("audit_log_action_index").on(
      table.organizationId,
      table.action,
      table.createdAt,
      table.id,
    ),
    index("audit_log_resource_index").on(
      table.organizationId,
      table.resource,
      table.createdAt,
      table.id,
    ),
    index("audit_log_thing_index").on(
      table.organizationId,
      table.resourceId,
      table.createdAt,
      table.id,
    ),
  ],
);
