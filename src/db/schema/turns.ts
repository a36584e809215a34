import {
  bigint,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { turnCauses, turnDispositions } from "../../funnel/turn.ts";
import { createdAt, instant, organizationId } from "./columns.ts";
import { conversations } from "./conversations.ts";

/** One thinking round of one conversation: what it saw, decided and drafted, and how it ended. */
export const turns = pgTable(
  "turns",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    cause: text({ enum: turnCauses }).notNull(),
    epoch: bigint({ mode: "number" }).notNull(),
    attempt: smallint().notNull(),
    workerId: text().notNull(),
    seenWakeSeq: bigint({ mode: "number" }),
    decision: jsonb(),
    draft: text(),
    gate: text(),
    /** What the funnel's rules made of each proposal of the model; null before the decision. */
    rulings: jsonb(),
    /** Null while it runs, or if its worker died. */
    disposition: text({ enum: turnDispositions }),
    error: text(),
    startedAt: createdAt(),
    finishedAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("turns_conversation_index").on(
      table.organizationId,
      table.conversationId,
      table.startedAt,
      table.id,
    ),
    index("turns_started_index").on(table.organizationId, table.startedAt),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);
