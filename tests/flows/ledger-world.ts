import type { LlmCallSubject } from "../../src/db/queries/llm-record.ts";
import { recordLlmCall } from "../../src/db/queries/record-llm-call.ts";
import { reserveLlmCall } from "../../src/db/queries/reserve-llm-call.ts";
import { type ModelPrice, parsePrices } from "../../src/db/seed/price-table.ts";
import { loadPrices } from "../../src/db/seed/prices.ts";
import type { CallBounds, LlmCall } from "../../src/funnel/turn.ts";
import { newId } from "../../src/lib/ids.ts";
import { noUsage } from "../../src/llm/usage.ts";
import { createWorld } from "./world.ts";

export const PRICE_HEADER =
  "provider,model,tier,min_input,input,cached,cache_write,output,audio,audio_minute,valid_from,valid_to,source";

/** A call of 1,000 input tokens, 400 of them cached, and 100 output tokens, 30 of them reasoning. */
export function aCall(over: Partial<LlmCall> = {}): LlmCall {
  return {
    id: newId(),
    step: "brain",
    attempt: 1,
    provider: "acme",
    requestModel: "big-1",
    responseModel: "big-1",
    responseId: null,
    serviceTier: null,
    promptName: "brain",
    promptVersion: "1",
    promptHash: "hash",
    ...noUsage,
    inputTokens: 1_000,
    cachedTokens: 400,
    outputTokens: 100,
    reasoningTokens: 30,
    usageSource: "provider",
    startedAt: new Date(),
    latencyMs: 5,
    firstTokenMs: null,
    finishReason: "stop",
    outcome: "ok",
    errorClass: null,
    ...over,
  };
}

/** A call of which nobody has heard. */
export const unheard = {
  ...noUsage,
  responseModel: null,
  finishReason: null,
  usageSource: "estimated",
} as const;

export const bounds: CallBounds = {
  inputTokens: 1_000,
  outputTokens: 1_000,
  audioTokens: 0,
  audioSeconds: 0,
};

/** The flows' world with one lead's chat, and the ledger at hand. */
export async function createLedgerWorld(name: string) {
  const world = await createWorld(name);
  await world.receive({ text: "Hi" });
  const { id: conversationId } = await world.conversation();
  const [lead] = await world.db.rows<{ id: string }>`select id from leads`;
  const { db, organizationId } = world;
  const subject: LlmCallSubject = {
    ...{ organizationId, conversationId, leadId: lead?.id ?? "", turnId: null, messageId: null },
  };
  return {
    ...world,
    world,
    conversationId,
    subject,
    /** Lines of a table of prices, without its header. */
    prices: async (...lines: string[]) => {
      const prices: ModelPrice[] = parsePrices([PRICE_HEADER, ...lines].join("\n"));
      return await loadPrices(db, prices);
    },
    budget: (daily: string | null, monthly: string | null = null) => db.rows`
      update organizations set daily_budget = ${daily}, monthly_budget = ${monthly}
      where id = ${organizationId}`,
    reserve: (call: LlmCall, within = bounds) => reserveLlmCall(db, subject, call, within),
    record: (call: LlmCall, of: Partial<LlmCallSubject> = {}) =>
      recordLlmCall(db, { ...subject, ...of }, call),
    rows: () => db.rows<CallRow>`
      select c.*, trim_scale(cost)::text as cost from llm_calls c order by created_at, id`,
    state: async () => {
      const [row] = await db.rows<BudgetRow>`
        select trim_scale(day_spent)::text as day_spent, trim_scale(day_reserved)::text
          as day_reserved, trim_scale(month_spent)::text as month_spent,
          trim_scale(month_reserved)::text as month_reserved from llm_budgets
        where organization_id = ${organizationId}`;
      return row;
    },
    alerts: () =>
      db.rows<{ kind: string; text: string }>`select kind, text from alerts order by created_at`,
  };
}

export type LedgerWorld = Awaited<ReturnType<typeof createLedgerWorld>>;

interface CallRow {
  id: string;
  outcome: string;
  attempt: number;
  turnId: string | null;
  messageId: string | null;
  stage: string | null;
  disposition: string | null;
  cost: string | null;
  priceId: string | null;
  firstPriceId: string | null;
  usageSource: string;
  inputTokens: number | null;
}

interface BudgetRow {
  daySpent: string;
  dayReserved: string;
  monthSpent: string;
  monthReserved: string;
}

/** Dollars per million tokens that are easy to reckon with: input 1, cached 0.1, cache write 1.25, output 4. */
export const BIG = "acme,big-1,*,0,1,0.1,1.25,4,,,2020-01-01T00:00:00Z,,test";
