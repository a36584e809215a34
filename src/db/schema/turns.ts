import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { llmSteps, turnCauses, turnDispositions } from "../../funnel/turn.ts";
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

/** Dated prices, USD per million tokens. A model without a row costs null, never 0. */
export const llmPrices = pgTable("llm_prices", {
  id: uuid().primaryKey(),
  provider: text().notNull(),
  /** Anchored regular expression on the model that answered. */
  modelPattern: text().notNull(),
  inputUsdPerMillion: numeric({ precision: 18, scale: 12 }).notNull(),
  cachedUsdPerMillion: numeric({ precision: 18, scale: 12 }).notNull(),
  outputUsdPerMillion: numeric({ precision: 18, scale: 12 }).notNull(),
  /** Of spoken input, where it has a price of its own. */
  audioUsdPerMillion: numeric({ precision: 18, scale: 12 }),
  /** Of spoken input that is billed by its length. */
  usdPerAudioMinute: numeric({ precision: 18, scale: 12 }),
  validFrom: instant().notNull(),
  validTo: instant(),
  source: text().notNull(),
});

/** One row per model attempt, whatever became of it. No prompt text here. */
export const llmCalls = pgTable(
  "llm_calls",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    leadId: uuid().notNull(),
    turnId: uuid(),
    step: text({ enum: llmSteps }).notNull(),
    attempt: smallint().notNull(),
    provider: text().notNull(),
    requestModel: text().notNull(),
    responseModel: text(),
    responseId: text(),
    promptName: text().notNull(),
    promptVersion: text().notNull(),
    promptHash: text().notNull(),
    /** Inclusive, as the provider counts: input contains cached, output contains reasoning. */
    inputTokens: integer(),
    cachedTokens: integer(),
    outputTokens: integer(),
    reasoningTokens: integer(),
    /** Part of the input. */
    audioTokens: integer(),
    /** Of what is billed by its length. */
    audioSeconds: real(),
    startedAt: instant().notNull(),
    latencyMs: integer().notNull(),
    finishReason: text(),
    outcome: text({
      enum: ["ok", "timeout", "rate_limited", "refused", "invalid_json", "error", "aborted"],
    }).notNull(),
    errorClass: text(),
    /** How the turn it served ended; null while it runs, and for summaries. */
    disposition: text({ enum: [...turnDispositions, "replay"] }),
    /** USD; null = the price is unknown. */
    cost: numeric({ precision: 18, scale: 12 }),
    priceId: uuid(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("llm_calls_turn_index").on(table.organizationId, table.turnId),
    // Sums of cost are read from these two alone. Neither is touched when a turn ends.
    index("llm_calls_lead_index").on(table.organizationId, table.leadId, table.cost),
    index("llm_calls_created_index").on(
      table.organizationId,
      table.createdAt,
      table.conversationId,
      table.leadId,
      table.cost,
    ),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);
