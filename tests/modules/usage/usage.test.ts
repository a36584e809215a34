import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { rebuildUsage } from "../../../src/db/queries/llm-usage.ts";
import { newId } from "../../../src/lib/ids.ts";
import { createPast, type Past } from "../analytics/rows.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let past: Past;
beforeAll(async () => {
  rest = await createRestWorld("usage");
});
beforeEach(async () => {
  past = await createPast(rest, "America/Denver");
});
afterAll(() => rest.close());

const october = "from=2026-10-01&to=2026-10-31";
const reported = (type: string, category = "service") => ({
  billable: type === "regular",
  pricing_model: "PMP",
  type,
  category,
});

describe("the model's usage", () => {
  test("is told by bucket and group, with exact cost and totals", async () => {
    const chat = await past.conversation("2026-10-01T12:00:00Z");
    await past.call(chat, "2026-10-02T05:59:00Z", "0.000000000001");
    await past.call(chat, "2026-10-02T06:01:00Z", "0.1", { model: "small" });
    await past.call(chat, "2026-10-02T07:00:00Z", "0.2", { model: "small" });
    const usage = await past.read(`usage/llm?${october}`);
    expect(usage.total).toEqual({
      calls: 3,
      unmeteredCalls: 0,
      unpricedCalls: 0,
      inputTokens: 300,
      cachedTokens: 120,
      outputTokens: 60,
      reasoningTokens: 15,
      estimatedCalls: 0,
      cacheWriteTokens: 0,
      buckets: { input: 180, cached: 120, cacheWrite: 0, audio: 0, output: 45, reasoning: 15 },
      costUsd: "0.300000000001",
    });
    expect(usage.rows).toMatchObject([
      { date: "2026-10-01", group: "answered", calls: 1, costUsd: "0.000000000001" },
      { date: "2026-10-02", group: "small", calls: 2, costUsd: "0.3", inputTokens: 200 },
    ]);
  });

  test("of calls without price or counts is unknown, never 0", async () => {
    const chat = await past.conversation("2026-10-01T12:00:00Z");
    await past.call(chat, "2026-10-02T12:00:00Z", null, { model: "new" });
    await past.call(chat, "2026-10-02T12:00:00Z", null, {
      model: null,
      tokens: null,
      outcome: "timeout",
    });
    await past.call(chat, "2026-10-02T12:00:00Z", "0.1");
    const usage = await past.read(`usage/llm?${october}`);
    expect(usage.total).toMatchObject({
      calls: 3,
      unpricedCalls: 2,
      unmeteredCalls: 1,
      costUsd: "0.1",
    });
    expect(usage.rows.map(({ group, costUsd }: Json) => [group, costUsd])).toEqual([
      ["answered", "0.1"],
      ["asked", null],
      ["new", null],
    ]);
  });

  test.each([
    ["step", ["brain", "mouth"]],
    ["outcome", ["ok", "refused"]],
    ["disposition", ["replied", null]],
  ])("can be told apart by %s", async (groupBy, groups) => {
    const chat = await past.conversation("2026-10-01T12:00:00Z");
    await past.call(chat, "2026-10-05T12:00:00Z", "0.1");
    await past.call(chat, "2026-10-06T12:00:00Z", "0.1", {
      step: "mouth",
      outcome: "refused",
      disposition: null,
    });
    const { rows } = await past.read(`usage/llm?${october}&interval=month&groupBy=${groupBy}`);
    expect(rows.map(({ group }: Json) => group)).toEqual(groups);
    expect(rows[0]).toMatchObject({ date: "2026-10-01", end: "2026-11-01T06:00:00.000Z" });
  });

  test("of nothing is 0 calls that cost 0", async () => {
    const usage = await past.read(`usage/llm?${october}`);
    expect(usage.total).toMatchObject({ calls: 0, costUsd: "0" });
    expect(usage.rows).toEqual([]);
  });

  test("of more rows than an answer holds is refused", async () => {
    const { id, leadId } = await past.conversation("2026-10-01T12:00:00Z");
    await rest.world.db.rows`
      insert into llm_calls (organization_id, id, conversation_id, lead_id, step, attempt, provider,
        request_model, prompt_name, prompt_version, prompt_hash, started_at, latency_ms, outcome,
        created_at)
      select ${past.organizationId}, gen_random_uuid(), ${id}, ${leadId}, 'brain', 1, 'openai',
        'model ' || n, 'brain', '1', 'h', '2026-10-02T12:00:00Z', 1, 'ok', '2026-10-02T12:00:00Z'
      from generate_series(1, 5001) n`;
    await rebuildUsage(rest.world.db);
    const answer = await past.ask("GET", `/api/v1/usage/llm?${october}`);
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_input"]);
  });
});

test("messages are counted as WhatsApp reported them, and no fee is invented", async () => {
  const chat = await past.conversation("2026-10-01T12:00:00Z");
  const sent = (at: string, pricing?: object, state = "delivered") =>
    past.message(chat, "bot", at, { state, ...(pricing && { pricing }) });
  await past.message(chat, "lead", "2026-10-02T12:00:00Z");
  await sent("2026-10-02T12:00:05Z", reported("free_customer_service"));
  await sent("2026-10-02T12:01:05Z", reported("free_customer_service"));
  await sent("2026-10-03T12:00:00Z", reported("regular", "marketing"));
  await sent("2026-10-04T12:00:00Z");
  await sent("2026-10-04T12:00:00Z", undefined, "failed");
  await sent("2026-11-01T05:59:00Z", reported("regular"));
  await sent("2026-11-01T06:01:00Z", reported("regular"));
  const usage = await past.read("usage/messages?from=2026-10-01&to=2026-11-30");
  expect(usage.total).toEqual({ messages: 5, unpriced: 5, feeUsd: null, unreported: 1 });
  const common = { model: "PMP", feeUsd: null };
  expect(usage.rows).toEqual([
    {
      month: "2026-10",
      category: "service",
      type: "free_customer_service",
      messages: 2,
      unpriced: 2,
      ...common,
    },
    {
      month: "2026-10",
      category: "marketing",
      type: "regular",
      messages: 1,
      unpriced: 1,
      ...common,
    },
    { month: "2026-10", category: "service", type: "regular", messages: 1, unpriced: 1, ...common },
    { month: "2026-11", category: "service", type: "regular", messages: 1, unpriced: 1, ...common },
  ]);
});

describe("fees", () => {
  test("are summed exactly by category, and what is unknown is counted, never 0", async () => {
    const chat = await past.conversation("2026-10-01T12:00:00Z");
    const sent = (category: string, fee?: string | null) =>
      past.message(chat, "bot", "2026-10-02T12:00:05Z", {
        pricing: reported("regular", category),
        ...(fee !== undefined && { fee }),
      });
    await sent("marketing", "0.025");
    await sent("marketing", "0.000000000001");
    await sent("marketing", null);
    await sent("utility", null);
    await sent("service");
    const { total, rows } = await past.read("usage/messages?from=2026-10-01&to=2026-10-31");
    expect(total).toEqual({ messages: 5, unpriced: 3, feeUsd: "0.025000000001", unreported: 0 });
    const short = rows.map(({ category, messages, unpriced, feeUsd }: Json) => [
      ...[category, messages, unpriced, feeUsd],
    ]);
    expect(short).toEqual([
      ["marketing", 3, 1, "0.025000000001"],
      ["service", 1, 1, null],
      ["utility", 1, 1, null],
    ]);
    expect((await past.read(`usage/leads/${chat.leadId}`)).messages).toEqual({
      ...{ received: 0, sent: 5, unpriced: 3, feeUsd: "0.025000000001" },
    });
  });

  test("of nothing are 0", async () => {
    const { total } = await past.read("usage/messages?from=2026-10-01&to=2026-10-31");
    expect(total).toEqual({ messages: 0, unpriced: 0, feeUsd: "0", unreported: 0 });
  });
});

describe("one lead's usage", () => {
  test("is all that it and the leads merged into it ever cost", async () => {
    const kept = await past.conversation("2020-01-01T12:00:00Z");
    const mergedId = await past.lead("2020-01-01T12:00:00Z", { mergedInto: kept.leadId });
    const merged = await past.conversation("2020-01-01T12:00:00Z", { leadId: mergedId });
    const stranger = await past.conversation("2020-01-01T12:00:00Z");
    await past.call(kept, "2020-01-02T12:00:00Z", "0.1");
    await past.call(merged, "2026-10-02T12:00:00Z", "0.2");
    await past.call(stranger, "2026-10-02T12:00:00Z", "7");
    await past.message(merged, "lead", "2026-10-02T12:00:00Z");
    await past.message(kept, "human", "2026-10-02T12:00:00Z");
    await past.message(kept, "bot", "2026-10-02T12:00:00Z", { state: "cancelled" });
    for (const id of [kept.leadId, mergedId]) {
      expect(await past.read(`usage/leads/${id}`)).toMatchObject({
        leadId: kept.leadId,
        model: { calls: 2, costUsd: "0.3", inputTokens: 200 },
        messages: { received: 1, sent: 1, unpriced: 1, feeUsd: null },
      });
    }
  });

  test("is there for erased leads, and not for those who never were", async () => {
    const erased = await past.lead("2026-10-01T12:00:00Z", { erased: true });
    expect((await past.read(`usage/leads/${erased}`)).model).toMatchObject({
      calls: 0,
      costUsd: "0",
    });
    const { status, body } = await past.ask("GET", `/api/v1/usage/leads/${newId()}`);
    expect([status, body.code]).toEqual([404, "not_found"]);
  });
});

test("an agent may read analytics, but not what it costs to run", async () => {
  const agent = await rest.signIn("agent", past.organizationId);
  const status = async (path: string) => (await agent.ask("GET", `/api/v1/${path}`)).status;
  expect([await status("analytics/overview"), await status("usage/llm")]).toEqual([200, 403]);
});
