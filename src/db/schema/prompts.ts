import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { promptStates, promptSteps } from "../../funnel/prompts.ts";
import { createdAt, instant, organizationId, rowVersion } from "./columns.ts";
import { memberships } from "./organizations.ts";

/** An organization's own wording of a step's instructions. Without a live one the built-in is used. */
export const promptVersions = pgTable(
  "prompt_versions",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    step: text({ enum: promptSteps }).notNull(),
    /** Counts from 1 within the organization and step. */
    number: integer().notNull(),
    /** The replaceable part alone; what is sent around it is code. */
    instructions: text().notNull(),
    note: text(),
    state: text({ enum: promptStates }).notNull().default("draft"),
    /** Over everything sent as instructions, and the schema, as of the last edit or evaluation. */
    hash: text().notNull(),
    /** What was live before it went live: where rolling back leads. Null: the built-in version. */
    previousId: uuid(),
    liveAt: instant(),
    /** Who made it; for a machine's, who made its key. */
    createdBy: uuid().notNull(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    version: rowVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex("prompt_versions_number_key").on(table.organizationId, table.step, table.number),
    uniqueIndex("prompt_versions_live_key")
      .on(table.organizationId, table.step)
      .where(sql`state = 'live'`),
    index("prompt_versions_created_index").on(table.organizationId, table.createdAt, table.id),
    foreignKey({
      columns: [table.organizationId, table.createdBy],
      foreignColumns: [memberships.organizationId, memberships.userId],
    }),
    foreignKey({
      columns: [table.organizationId, table.previousId],
      foreignColumns: [table.organizationId, table.id],
    }),
  ],
);

/** One live run of the golden set against one text: `prompt_hash` says which. Never changed. */
export const promptEvaluations = pgTable(
  "prompt_evaluations",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    promptVersionId: uuid().notNull(),
    promptHash: text().notNull(),
    model: text().notNull(),
    /** Origin of the API that answered. */
    endpoint: text().notNull(),
    ranAt: instant().notNull(),
    /** Cases that passed. */
    passed: integer().notNull(),
    /** Names of the cases that failed. */
    failed: jsonb().notNull(),
    /** Null: unknown. */
    costUsd: numeric({ precision: 18, scale: 12 }),
    /** Which cases these were. */
    caseSetHash: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("prompt_evaluations_version_index").on(
      table.organizationId,
      table.promptVersionId,
      table.promptHash,
      table.ranAt,
    ),
    foreignKey({
      columns: [table.organizationId, table.promptVersionId],
      foreignColumns: [promptVersions.organizationId, promptVersions.id],
    }),
  ],
);
