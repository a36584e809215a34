import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createDb } from "../../src/db/client.ts";
import { COST } from "../../src/db/queries/llm-price.ts";
import { addConversationUsage, addUsage } from "../../src/db/queries/llm-usage.ts";
import { repriceCalls } from "../../src/db/queries/reprice-llm-calls.ts";
import { aCall, BIG, createLedgerWorld, type LedgerWorld, unheard } from "./ledger-world.ts";

let it: LedgerWorld;
beforeEach(async () => {
  it = await createLedgerWorld("ledger");
  await it.prices(BIG);
}, 20_000);
afterEach(() => it.close());

const costs = async () => (await it.rows()).map(({ cost }) => cost);

describe("the cost of a call", () => {
  test("bills cached tokens once, at their price, and reasoning as output, not beside it", async () => {
    await it.record(aCall());
    // 600 · $1 + 400 · $0.1 + 100 · $4, per million.
    expect(await costs()).toEqual(["0.00104"]);
  });

  test("bills what is written to the cache instead of the input, and by the input's price where it has none", async () => {
    await it.prices("acme,small-1,*,0,1,0.1,,4,,,2020-01-01T00:00:00Z,,test");
    await it.record(
      aCall({ cachedTokens: 0, cacheWriteTokens: 1_000, outputTokens: 0, reasoningTokens: 0 }),
    );
    await it.record(
      aCall({
        responseModel: "small-1",
        cacheWriteTokens: 500,
        outputTokens: 0,
        reasoningTokens: 0,
      }),
    );
    expect(await costs()).toEqual(["0.00125", "0.00064"]);
  });

  test("of a model without a price is unknown and counted, never 0", async () => {
    await it.record(aCall({ responseModel: "nobody-knows" }));
    await it.record(aCall());
    expect(await costs()).toEqual([null, "0.00104"]);
    expect(
      await it.db.rows`select sum(unpriced_calls)::int as unpriced, sum(calls)::int as calls
        from llm_usage`,
    ).toEqual([{ unpriced: 1, calls: 2 }]);
  });

  test("is that of the model that answered, not of the one that was asked", async () => {
    await it.prices("acme,small-1,*,0,0.5,0.05,,2,,,2020-01-01T00:00:00Z,,test");
    await it.record(aCall({ requestModel: "big-1", responseModel: "small-1" }));
    await it.record(aCall({ requestModel: "big-1", responseModel: "small-1-2026-01-31" }));
    expect(await costs()).toEqual(["0.00052", "0.00052"]);
  });

  test("follows the price in force when the call began, to the second", async () => {
    await it.prices("acme,big-1,*,0,2,0.2,,8,,,2026-06-01T00:00:00Z,,test");
    await it.record(aCall({ startedAt: new Date("2026-05-31T23:59:59Z") }));
    await it.record(aCall({ startedAt: new Date("2026-06-01T00:00:00Z") }));
    await it.record(aCall({ startedAt: new Date("2026-06-01T00:00:01Z") }));
    expect(await costs()).toEqual(["0.00104", "0.00208", "0.00208"]);
  });

  test("is unknown from the moment on at which the price ended", async () => {
    await it.prices("acme,old-1,*,0,1,0.1,,4,,,2020-01-01T00:00:00Z,2026-06-01T00:00:00Z,test");
    const responseModel = "old-1";
    await it.record(aCall({ responseModel, startedAt: new Date("2026-05-31T23:59:59Z") }));
    await it.record(aCall({ responseModel, startedAt: new Date("2026-06-01T00:00:00Z") }));
    expect(await costs()).toEqual(["0.00104", null]);
  });

  test("follows the service tier and the amount of input", async () => {
    await it.prices(
      "acme,tiered-1,default,0,1,1,,0,,,2020-01-01T00:00:00Z,,test",
      "acme,tiered-1,default,2000,2,2,,0,,,2020-01-01T00:00:00Z,,test",
      "acme,tiered-1,priority,0,3,3,,0,,,2020-01-01T00:00:00Z,,test",
    );
    const call = (inputTokens: number, serviceTier: string | null) =>
      it.record(
        aCall({ ...{ responseModel: "tiered-1", inputTokens, serviceTier, cachedTokens: null } }),
      );
    await call(1_999, null);
    await call(2_000, "default");
    await call(1_000, "priority");
    await call(1_000, "flex");
    expect(await costs()).toEqual(["0.001999", "0.004", "0.003", null]);
  });
});

describe("a call leaves its row", () => {
  for (const outcome of [
    "timeout",
    "refused",
    "invalid_json",
    "rate_limited",
    "aborted",
  ] as const) {
    test(`when it ends as ${outcome}`, async () => {
      await it.record(aCall({ ...unheard, outcome, usageSource: "none" }));
      expect(await it.rows()).toMatchObject([{ outcome, cost: null, inputTokens: null }]);
    });
  }

  test("when its draft is superseded; and it says so", async () => {
    it.world.think = async (_context, run) => {
      await run.onCall(aCall());
      await it.receive({ text: "One more thing" });
      return { kind: "failed", reason: "Not looked at." };
    };
    await it.turn(it.conversationId);
    expect(await it.rows()).toMatchObject([{ disposition: "superseded", cost: "0.00104" }]);
  });

  test("again when it is tried again, in the same turn, with what it was about", async () => {
    it.world.think = async (_context, run) => {
      await run.onCall(aCall({ outcome: "invalid_json" }));
      await run.onCall(aCall({ attempt: 2 }));
      return { kind: "failed", reason: "Not looked at." };
    };
    await it.turn(it.conversationId);
    const [message] = await it.messages();
    const [first, second] = await it.rows();
    expect([first?.attempt, second?.attempt]).toEqual([1, 2]);
    expect(first?.turnId).toBe(second?.turnId ?? "");
    expect(first).toMatchObject({ stage: "greeting", messageId: message?.id });
  });

  test("once, however often it is recorded", async () => {
    const call = aCall();
    await it.record(call);
    await it.record(call);
    expect(await it.rows()).toHaveLength(1);
    expect(await it.db.rows`select sum(calls)::int as calls from llm_usage`).toEqual([
      { calls: 1 },
    ]);
  });

  test("with counts that fit together, or Postgres refuses it", async () => {
    const refused = { code: "23514" };
    for (const counts of [
      { cachedTokens: 1_001 },
      { cachedTokens: 600, cacheWriteTokens: 401 },
      { reasoningTokens: 101 },
      { cachedTokens: -1 },
    ]) {
      expect(it.record(aCall(counts))).rejects.toMatchObject(refused);
      await it.record(aCall(counts)).catch(() => {});
    }
    expect(await it.rows()).toHaveLength(0);
  });
});

describe("pricing anew", () => {
  const total = async () =>
    await it.db.first`select (select sum(cost)::numeric from llm_calls) as rows,
      (select sum(cost) from llm_usage) as by_time,
      (select sum(cost) from llm_usage_conversations) as by_conversation,
      (select sum(unpriced_calls)::int from llm_usage) as unpriced`;

  test("gives a cost to what had none, keeps the first price, and the second time changes nothing", async () => {
    await it.record(aCall());
    await it.record(aCall({ responseModel: "late-1" }));
    const [before] = await it.rows();
    const late = "acme,late-1,*,0,1,0.1,,4,,,2020-01-01T00:00:00Z,,test";
    expect(await it.prices(late, BIG.replace(",4,", ",8,"))).toEqual({ added: 2, replaced: 1 });
    expect(await repriceCalls(it.db)).toBe(2);
    const after = await it.rows();
    expect(after.map(({ cost }) => cost)).toEqual(["0.00144", "0.00104"]);
    expect(after[0]?.firstPriceId).toBe(before?.priceId ?? "");
    expect(after[0]?.priceId).not.toBe(before?.priceId);
    const sums = await total();
    expect(sums).toEqual({
      rows: "0.002480000000",
      byTime: "0.002480000000",
      byConversation: "0.002480000000",
      unpriced: 0,
    });
    expect(await repriceCalls(it.db)).toBe(0);
    expect([await it.rows(), await total()]).toEqual([after, sums]);
  });

  test("takes no known cost away, and leaves estimates alone", async () => {
    await it.record(aCall());
    const lost = aCall();
    await it.reserve(lost);
    await it.record({ ...lost, ...unheard, outcome: "timeout" });
    await it.db.rows`update llm_prices set replaced_at = now()`;
    expect(await repriceCalls(it.db)).toBe(0);
    expect(await costs()).toEqual(["0.00104", "0.00525"]);
  });
});

describe("what nobody told the use of", () => {
  test("counts as all that it can have cost, and says that it is an estimate", async () => {
    const call = aCall();
    await it.reserve(call);
    await it.record({ ...call, ...unheard, outcome: "timeout" });
    // 1,000 · $1.25, all of it written to the cache, + 1,000 · $4, per million.
    expect(await it.rows()).toMatchObject([
      { cost: "0.00525", usageSource: "estimated", inputTokens: null },
    ]);
    expect(await it.db.rows`select estimated_calls, unmetered_calls from llm_usage`).toEqual([
      { estimatedCalls: 1, unmeteredCalls: 1 },
    ]);
  });
});

test("a million costs add up to the last digit", async () => {
  await using stack = new AsyncDisposableStack();
  const db = createDb({ url: it.url, maxConnections: 1, name: "sums", queryDeadlineMs: 60_000 });
  stack.defer(() => db.close());
  const sql = db.fragment;
  // Calls as `recordLlmCall` would have them, each priced by the statement that prices them all.
  const calls = `(select given.*, (${COST})::numeric(18, 12) as cost from (
      select c.organization_id, c.id as conversation_id, c.stage, 'brain' as step, now() as created_at,
        'acme' as provider, 'big-1' as request_model, 'big-1' as response_model, now() as started_at,
        null as service_tier, 'provider' as usage_source, n % 7 as input_tokens, 0 as cached_tokens,
        0 as cache_write_tokens, 0 as output_tokens, 0 as reasoning_tokens, 0 as audio_tokens,
        null::real as audio_seconds
      from conversations c, generate_series(1, 1000000) n) given
    cross join lateral (select given.*) k
    cross join (select * from llm_prices) p) k`;
  await db.rows`update llm_prices set input_usd_per_million = 0.100003`;
  await db.rows`${sql(addUsage(calls))}`;
  await db.rows`${sql(addConversationUsage(calls))}`;
  // 142,857 times 0 to 6 and once 1, at 0.000000100003 each.
  const sums = { calls: 1_000_000, inputTokens: 2_999_998, cost: "0.300008799994" };
  expect(await db.first`select calls, input_tokens, cost from llm_usage`).toEqual(sums);
  expect(await db.first`select calls, input_tokens, cost from llm_usage_conversations`).toEqual(
    sums,
  );
}, 60_000);
