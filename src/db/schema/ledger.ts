import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  date,
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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { stages } from "../../funnel/lead.ts";
import { callDispositions, llmSteps, usageSources } from "../../funnel/turn.ts";
import { createdAt, instant, organizationId } from "./columns.ts";
import { conversations } from "./conversations.ts";
import { organizations } from "./organizations.ts";

const usd = () => numeric({ precision: 18, scale: 12 });

/**
 * Dated prices, USD per million tokens; the newest `valid_from` in force counts. A model without a row
 * costs null, never 0. Rows are never changed: one that was wrong is replaced by another and stays.
 */
export const llmPrices = pgTable(
  "llm_prices",
  {
    id: uuid().primaryKey(),
    provider: text().notNull(),
    /** Anchored regular expression on the model that answered. */
    modelPattern: text().notNull(),
    /** The provider's service tier this is the price of; `*`: of each that has no row of its own. */
    serviceTier: text().notNull().default("*"),
    /** Of calls with at least so much input: long contexts can cost more. */
    minInputTokens: integer().notNull().default(0),
    inputUsdPerMillion: usd().notNull(),
    cachedUsdPerMillion: usd().notNull(),
    /** Of input that is written to the cache, instead of the input's price; null: that one. */
    cacheWriteUsdPerMillion: usd(),
    outputUsdPerMillion: usd().notNull(),
    /** Of spoken input, where it has a price of its own. */
    audioUsdPerMillion: usd(),
    /** Of spoken input that is billed by its length. */
    usdPerAudioMinute: usd(),
    validFrom: instant().notNull(),
    validTo: instant(),
    source: text().notNull(),
    /** When another row took this one's place, because it was wrong. */
    replacedAt: instant(),
  },
  (table) => [
    uniqueIndex("llm_prices_key")
      .on(
        table.provider,
        table.modelPattern,
        table.serviceTier,
        table.minInputTokens,
        table.validFrom,
      )
      .where(sql`replaced_at is null`),
  ],
);

/** One row per model attempt, whatever became of it. No prompt text here. */
export const llmCalls = pgTable(
  "llm_calls",
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    conversationId: uuid().notNull(),
    leadId: uuid().notNull(),
    turnId: uuid(),
    /** The newest of the lead's messages that it is about; null for summaries. */
    messageId: uuid(),
    /** Of the conversation, when the call was made. */
    stage: text({ enum: stages }),
    step: text({ enum: llmSteps }).notNull(),
    attempt: smallint().notNull(),
    provider: text().notNull(),
    requestModel: text().notNull(),
    responseModel: text(),
    responseId: text(),
    serviceTier: text(),
    promptName: text().notNull(),
    promptVersion: text().notNull(),
    promptHash: text().notNull(),
    /** Inclusive, as the provider counts: input contains cached, output contains reasoning. */
    inputTokens: integer(),
    cachedTokens: integer(),
    cacheWriteTokens: integer(),
    outputTokens: integer(),
    reasoningTokens: integer(),
    /** Part of the input. */
    audioTokens: integer(),
    /** Of what is billed by its length. */
    audioSeconds: real(),
    /** `estimated`: nobody told the usage, and `cost` is all that it can have been. */
    usageSource: text({ enum: usageSources }).notNull().default("none"),
    startedAt: instant().notNull(),
    latencyMs: integer().notNull(),
    firstTokenMs: integer(),
    finishReason: text(),
    outcome: text({
      enum: ["ok", "timeout", "rate_limited", "refused", "invalid_json", "error", "aborted"],
    }).notNull(),
    errorClass: text(),
    /** How the turn it served ended; null while it runs, and for summaries. */
    disposition: text({ enum: callDispositions }),
    /** USD; null = the price is unknown. */
    cost: usd(),
    priceId: uuid(),
    /** What it was priced by at first, once a later table of prices said otherwise. */
    firstPriceId: uuid(),
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
    check(
      "llm_calls_tokens_check",
      sql`cached_tokens >= 0 and cache_write_tokens >= 0 and audio_tokens >= 0
        and coalesce(cached_tokens, 0) + coalesce(cache_write_tokens, 0) <= input_tokens
        and audio_tokens <= input_tokens and reasoning_tokens between 0 and output_tokens`,
    ),
  ],
);

const tally = () => bigint({ mode: "number" }).notNull();

/** Sums over calls, kept by the statement that stores each; see `db/queries/llm-usage`. */
const sums = {
  calls: tally(),
  unmeteredCalls: tally(),
  unpricedCalls: tally(),
  estimatedCalls: tally(),
  inputTokens: tally(),
  cachedTokens: tally(),
  cacheWriteTokens: tally(),
  outputTokens: tally(),
  reasoningTokens: tally(),
  audioTokens: tally(),
  cost: numeric({ precision: 24, scale: 12 }).notNull(),
};

/**
 * Calls summed up by time, step, model and stage. By quarters of an hour and not by days, because days
 * begin elsewhere in each time zone, and every zone's days begin with one of these.
 */
export const llmUsage = pgTable(
  "llm_usage",
  {
    organizationId: organizationId().references(() => organizations.id),
    quarterAt: instant().notNull(),
    step: text({ enum: llmSteps }).notNull(),
    /** That answered, or was asked if none did. */
    model: text().notNull(),
    /** Empty: not known. */
    stage: text().notNull(),
    ...sums,
  },
  (table) => [
    primaryKey({
      columns: [table.organizationId, table.quarterAt, table.step, table.model, table.stage],
    }),
  ],
);

/** The same by conversation; a lead's are those of its conversations. */
export const llmUsageConversations = pgTable(
  "llm_usage_conversations",
  {
    organizationId: organizationId(),
    conversationId: uuid().notNull(),
    ...sums,
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.conversationId] }),
    foreignKey({
      columns: [table.organizationId, table.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
  ],
);

/**
 * What an organization has spent on models, and holds back for calls that run, on its local day and in
 * its month. One row each, so that one guarded upsert decides over both.
 */
export const llmBudgets = pgTable("llm_budgets", {
  organizationId: organizationId()
    .primaryKey()
    .references(() => organizations.id),
  day: date().notNull(),
  daySpent: numeric({ precision: 24, scale: 12 }).notNull(),
  dayReserved: numeric({ precision: 24, scale: 12 }).notNull(),
  /** Its first day. */
  month: date().notNull(),
  monthSpent: numeric({ precision: 24, scale: 12 }).notNull(),
  monthReserved: numeric({ precision: 24, scale: 12 }).notNull(),
});

/** Of a call that runs: gone with its record. One that outlives its call is settled at `usd`. */
export const llmReservations = pgTable(
  "llm_reservations",
  {
    organizationId: organizationId().references(() => organizations.id),
    /** The call's. */
    id: uuid().notNull(),
    day: date().notNull(),
    month: date().notNull(),
    /** What is held back: all it can cost, by its own price or, if that is unknown, the dearest one. */
    usd: numeric({ precision: 24, scale: 12 }).notNull(),
    /** All it can cost by its own price; null: unknown. */
    worstUsd: numeric({ precision: 24, scale: 12 }),
    /** The record to write if the call never ends: `record-llm-call` owns the shape. */
    record: jsonb().notNull(),
    expiresAt: instant().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("llm_reservations_expiry_index").on(table.expiresAt),
  ],
);
