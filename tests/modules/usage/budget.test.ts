import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { rebuildUsage } from "../../../src/db/queries/llm-usage.ts";
import { recordLlmCall } from "../../../src/db/queries/record-llm-call.ts";
import { reserveLlmCall } from "../../../src/db/queries/reserve-llm-call.ts";
import { parsePrices } from "../../../src/db/seed/price-table.ts";
import { seedPrices } from "../../../src/db/seed/prices.ts";
import { llmSteps } from "../../../src/funnel/turn.ts";
import { aCall, BIG, bounds, PRICE_HEADER, unheard } from "../../flows/ledger-world.ts";
import { createPast, type Past } from "../analytics/rows.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let past: Past;
beforeAll(async () => {
  rest = await createRestWorld("usage-budget");
  await seedPrices(rest.world.db, parsePrices(`${PRICE_HEADER}\n${BIG}`));
}, 30_000);
beforeEach(async () => {
  past = await createPast(rest, "America/Denver");
});
afterAll(() => rest.close());

const subjectOf = (chat: { id: string; leadId: string }) => ({
  ...{ organizationId: past.organizationId, conversationId: chat.id, leadId: chat.leadId },
  ...{ turnId: null, messageId: null },
});
const now = () => new Date().toISOString();

describe("the budgets", () => {
  test("are set with the organization and told with what is spent, held back and left", async () => {
    const { db } = rest.world;
    const budgets = { dailyUsd: "1", monthlyUsd: "20" };
    await past.ask("PATCH", "/api/v1/organization", { budgets });
    const subject = subjectOf(await past.conversation(now()));
    const [done, running] = [aCall(), aCall()];
    await reserveLlmCall(db, subject, done, bounds);
    await recordLlmCall(db, subject, done);
    await reserveLlmCall(db, subject, running, bounds);
    const budget = await past.read("usage/budget");
    expect(budget).toMatchObject({
      timeZone: "America/Denver",
      day: { limitUsd: "1", spentUsd: "0.00104", reservedUsd: "0.00525", leftUsd: "0.99371" },
      month: { limitUsd: "20", spentUsd: "0.00104", reservedUsd: "0.00525", leftUsd: "19.99371" },
    });
    expect(budget.month.from).toBe(`${budget.day.from.slice(0, 8)}01`);
  });

  test("of an organization without any are told as none, and nothing is spent", async () => {
    const { day, month } = await past.read("usage/budget");
    expect(day).toMatchObject({ limitUsd: null, spentUsd: "0", reservedUsd: "0", leftUsd: null });
    expect(month).toMatchObject({ limitUsd: null, projectedUsd: "0.00" });
  });

  test("of a day that is over are whole again", async () => {
    const { db } = rest.world;
    await past.ask("PATCH", "/api/v1/organization", {
      budgets: { dailyUsd: "1", monthlyUsd: null },
    });
    const subject = subjectOf(await past.conversation(now()));
    await reserveLlmCall(db, subject, aCall(), bounds);
    await db.rows`update llm_budgets set day = day - 1
      where organization_id = ${past.organizationId}`;
    const { day } = await past.read("usage/budget");
    expect(day).toMatchObject({ spentUsd: "0", reservedUsd: "0", leftUsd: "1" });
  });

  test("tell where the month ends at the pace of the last seven days", async () => {
    const { db } = rest.world;
    const chat = await past.conversation(now());
    await past.call(chat, new Date(Date.now() - 6.9 * 86_400_000).toISOString(), "0");
    await past.call(chat, new Date(Date.now() - 60_000).toISOString(), "7");
    const [left] = await db.rows<{ days: number }>`
      select extract(epoch from (date_trunc('month', now() at time zone 'America/Denver')
        + interval '1 month') at time zone 'America/Denver' - now())::float8 / 86400 as days`;
    const { month } = await past.read("usage/budget");
    const projected = (7 / 6.9) * (left?.days ?? 0);
    expect(Math.abs(Number(month.projectedUsd) - projected)).toBeLessThan(0.02 * projected + 0.02);
  });
});

describe("rows, sums and reports are one", () => {
  /** Calls of many kinds, in two chats, as the flows record them. */
  async function aBusyDay() {
    const chats = [
      await past.conversation(now()),
      await past.conversation(now(), { stage: "cta" }),
    ];
    const kinds = [
      ...[{}, { responseModel: "unknown-1" }, { cachedTokens: 0, reasoningTokens: 0 }],
      { ...unheard, outcome: "timeout" as const },
    ];
    for (const chat of chats) {
      for (const [step, kind] of llmSteps.flatMap((one) => kinds.map((k) => [one, k] as const))) {
        const call = aCall({ ...kind, step });
        await reserveLlmCall(rest.world.db, subjectOf(chat), call, bounds);
        await recordLlmCall(rest.world.db, subjectOf(chat), call);
      }
    }
    return chats;
  }
  const counted = async () => {
    const [row] = await rest.world.db.rows<Json>`
      select count(*) as calls, count(*) - count(cost) as unpriced_calls,
        count(*) filter (where usage_source = 'estimated') as estimated_calls,
        count(*) filter (where input_tokens is null) as unmetered_calls,
        sum(input_tokens) as input_tokens, sum(cached_tokens) as cached_tokens,
        sum(output_tokens) as output_tokens, trim_scale(sum(cost))::text as cost_usd
      from llm_calls where organization_id = ${past.organizationId}`;
    return row;
  };

  test("whatever they are told apart by, and whoever asks for whose", async () => {
    const [chat] = await aBusyDay();
    const rows = await counted();
    expect(rows).toMatchObject({ calls: 40, estimatedCalls: 10, unpricedCalls: 10 });
    for (const groupBy of ["model", "step", "stage", "outcome", "disposition"]) {
      const usage = await past.read(`usage/llm?groupBy=${groupBy}&timeZone=Asia/Kathmandu`);
      expect(usage.total).toMatchObject(rows);
      const groups = usage.rows.reduce((sum: number, { calls }: Json) => sum + calls, 0);
      expect(groups).toBe(40);
    }
    const stages = await past.read("usage/llm?groupBy=stage&interval=month");
    expect(stages.rows.map(({ group, calls }: Json) => [group, calls])).toEqual([
      ["cta", 20],
      ["greeting", 20],
    ]);
    expect((await past.read(`usage/leads/${chat?.leadId}`)).model).toMatchObject({ calls: 20 });
    const { rows: again } = await past.read("usage/llm?interval=month");
    await rebuildUsage(rest.world.db);
    expect((await past.read("usage/llm?interval=month")).rows).toEqual(again);
  });

  test("and another organization's are none of ours", async () => {
    const [chat] = await aBusyDay();
    const stranger = await createPast(rest);
    expect((await stranger.read("usage/llm")).total).toMatchObject({ calls: 0, costUsd: "0" });
    expect((await stranger.read("usage/budget")).month.spentUsd).toBe("0");
    expect((await stranger.ask("GET", `/api/v1/usage/leads/${chat?.leadId}`)).status).toBe(404);
    expect((await stranger.read("analytics/costs")).calls).toBe(0);
  });

  test("and stay when the person they were spent on is erased", async () => {
    const [chat] = await aBusyDay();
    const before = [await counted(), (await past.read("usage/llm")).total];
    const lead = await past.read(`usage/leads/${chat?.leadId}`);
    const erased = await past.ask("DELETE", `/api/v1/leads/${chat?.leadId}`);
    expect(erased.status).toBeLessThan(300);
    expect([await counted(), (await past.read("usage/llm")).total]).toEqual(before);
    expect((await past.read(`usage/leads/${chat?.leadId}`)).model).toEqual(lead.model);
  });
});
