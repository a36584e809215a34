import { sql } from "drizzle-orm";
import { foreignKey, index, jsonb, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { instant, organizationId } from "./columns.ts";
import { turns } from "./turns.ts";

/** What a turn saw and what each model answered, redacted. Removed by the sweep, and with the person. */
export const turnTraces = pgTable(
  "turn_traces",
  {
    organizationId: organizationId(),
    turnId: uuid().notNull(),
    /** `funnel/trace` owns the shapes. */
    seen: jsonb().notNull(),
    attempts: jsonb().notNull(),
    checks: jsonb().notNull().default([]),
    toolResults: jsonb().notNull().default([]),
    expiresAt: instant().notNull().default(sql`now() + interval '30 days'`),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.turnId] }),
    index("turn_traces_expiry_index").on(table.expiresAt),
    foreignKey({
      columns: [table.organizationId, table.turnId],
      foreignColumns: [turns.organizationId, turns.id],
    }),
  ],
);
