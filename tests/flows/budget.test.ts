import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createDb } from "../../src/db/client.ts";
import { recordLlmCall } from "../../src/db/queries/record-llm-call.ts";
import { reserveLlmCall } from "../../src/db/queries/reserve-llm-call.ts";
import {
  aCall,
  BIG,
  bounds,
  createLedgerWorld,
  type LedgerWorld,
  unheard,
} from "./ledger-world.ts";

/** What a call within `bounds` holds back, by the prices of `BIG`, and what `aCall` costs in the end. */
const [HELD, COSTS] = [0.00525, 0.00104];

let it: LedgerWorld;
beforeEach(async () => {
  it = await createLedgerWorld("budget");
  await it.prices(BIG);
}, 20_000);
afterEach(() => it.close());

/** The local day of the row is over. */
const dayIsOver = () => it.db.rows`update llm_budgets set day = day - 1`;

describe("money for a call", () => {
  test("is held back before it, and settled at its cost after", async () => {
    await it.budget("1", "10");
    const call = aCall();
    expect(await it.reserve(call)).toBe(true);
    expect(await it.state()).toEqual({
      ...{ daySpent: "0", dayReserved: "0.00525", monthSpent: "0", monthReserved: "0.00525" },
    });
    await it.record(call);
    expect(await it.state()).toEqual({
      ...{ daySpent: "0.00104", dayReserved: "0", monthSpent: "0.00104", monthReserved: "0" },
    });
    expect(await it.db.rows`select 1 from llm_reservations`).toHaveLength(0);
  });

  for (const [period, daily, monthly] of [
    ["day", "0.01", null],
    ["month", null, "0.01"],
  ] as const) {
    test(`is refused once it no longer fits into the ${period}'s budget`, async () => {
      await it.budget(daily, monthly);
      expect([await it.reserve(aCall()), await it.reserve(aCall())]).toEqual([true, false]);
      expect(await it.state()).toMatchObject({ dayReserved: "0.00525", monthReserved: "0.00525" });
    });
  }

  test("is granted up to the last digit, and not beyond", async () => {
    await it.budget("0.010499999999");
    expect([await it.reserve(aCall()), await it.reserve(aCall())]).toEqual([true, false]);
    await it.budget("0.0105");
    expect(await it.reserve(aCall())).toBe(true);
  });

  test("is there again on the next day, but not in the same month", async () => {
    await it.budget("0.006", "0.012");
    expect([await it.reserve(aCall()), await it.reserve(aCall())]).toEqual([true, false]);
    await dayIsOver();
    expect([await it.reserve(aCall()), await it.reserve(aCall())]).toEqual([true, false]);
    await dayIsOver();
    expect(await it.reserve(aCall())).toBe(false);
    expect(await it.state()).toMatchObject({ monthReserved: "0.0105" });
  });

  test("of a day that is over is not booked on the next one", async () => {
    await it.budget("1", "1");
    const [late, next] = [aCall(), aCall()];
    await it.reserve(late);
    await it.db.rows`update llm_reservations set day = day - 1`;
    await dayIsOver();
    await it.reserve(next);
    await it.record(late);
    expect(await it.state()).toEqual({
      ...{ daySpent: "0", dayReserved: "0.00525" },
      ...{ monthSpent: "0.00104", monthReserved: "0.00525" },
    });
  });

  test("is not there again because the time zone was changed", async () => {
    await it.budget("0.006");
    await it.db.rows`update organizations set time_zone = 'Pacific/Kiritimati'`;
    expect(await it.reserve(aCall())).toBe(true);
    await it.db.rows`update organizations set time_zone = 'Pacific/Pago_Pago'`;
    expect(await it.reserve(aCall())).toBe(false);
  });

  test("is no question without a budget, whatever the model", async () => {
    const call = aCall({ requestModel: "unknown-1", responseModel: "unknown-1" });
    expect(await it.reserve(call)).toBe(true);
    await it.db.rows`update llm_prices set replaced_at = now()`;
    expect(await it.reserve(aCall())).toBe(true);
  });

  test("is another organization's own", async () => {
    await it.budget("0.000001");
    const other = "01900000-0000-7000-8000-000000000001";
    await it.db.rows`insert into organizations (id, name) values (${other}, 'Other')`;
    const subject = { ...it.subject, organizationId: other };
    expect(await reserveLlmCall(it.db, subject, aCall(), bounds)).toBe(true);
    expect(await it.reserve(aCall())).toBe(false);
  });
});

describe("a model of unknown price", () => {
  const unknown = () => aCall({ requestModel: "unknown-1", responseModel: "unknown-1" });

  test("is held back and settled at the dearest price, while its cost stays unknown", async () => {
    await it.prices("acme,dear-1,*,0,10,10,,40,,,2020-01-01T00:00:00Z,,test");
    await it.budget("1");
    const call = unknown();
    expect(await it.reserve(call)).toBe(true);
    expect(await it.state()).toMatchObject({ dayReserved: "0.05" });
    await it.record(call);
    expect(await it.state()).toMatchObject({ dayReserved: "0", daySpent: "0.05" });
    expect((await it.rows()).map(({ cost }) => cost)).toEqual([null]);
  });

  test("is refused where no price at all is known: the limit could not be kept", async () => {
    await it.db.rows`update llm_prices set replaced_at = now()`;
    await it.budget("100");
    expect(await it.reserve(unknown())).toBe(false);
  });
});

test("a call that the server refused costs nothing", async () => {
  await it.budget("1");
  const call = aCall();
  await it.reserve(call);
  await it.record({ ...call, ...unheard, usageSource: "none", outcome: "rate_limited" });
  expect(await it.state()).toMatchObject({ dayReserved: "0", daySpent: "0" });
});

test("50 workers at once never exceed the budget, and all are answered soon", async () => {
  await using stack = new AsyncDisposableStack();
  const db = createDb({ url: it.url, maxConnections: 25, name: "workers" });
  stack.defer(() => db.close());
  await it.budget("0.1");
  const answered: number[] = [];
  let [granted, refused] = [0, 0];
  const worker = async () => {
    for (let round = 0; round < 6; round += 1) {
      const call = aCall();
      const startedMs = performance.now();
      const fits = await reserveLlmCall(db, it.subject, call, bounds);
      answered.push(performance.now() - startedMs);
      if (fits) granted += 1;
      else refused += 1;
      const { sum } = (await db.first<{ sum: number }>`
        select (day_spent + day_reserved)::float8 as sum from llm_budgets`) ?? { sum: 99 };
      expect(sum).toBeLessThanOrEqual(0.1);
      if (fits) await recordLlmCall(db, it.subject, call);
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  // Nothing is held back any more: what is left is there for whoever comes next.
  for (let call = aCall(); await it.reserve(call); call = aCall()) {
    granted += 1;
    await it.record(call);
  }
  expect(granted).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(0);
  const state = await it.state();
  expect(state?.dayReserved).toBe("0");
  expect(Number(state?.daySpent)).toBeCloseTo(granted * COSTS, 12);
  expect(Number(state?.daySpent)).toBeGreaterThan(0.1 - HELD);
  expect(
    await it.db.first`select trim_scale(sum(cost))::text as cost, sum(calls)::int as calls
      from llm_usage`,
  ).toEqual({ cost: state?.daySpent, calls: granted });
  expect(Math.max(...answered)).toBeLessThan(5_000);
}, 60_000);

describe("a call whose process died", () => {
  test("is settled at all that it can have cost, once, and flagged as an estimate", async () => {
    await it.budget("1");
    await it.reserve(aCall({ ...unheard, outcome: "aborted", errorClass: "never_ended" }));
    await it.sweep();
    expect(await it.rows()).toHaveLength(0);
    await it.db.rows`update llm_reservations set expires_at = now()`;
    await Promise.all([it.sweep(), it.sweep()]);
    expect(await it.rows()).toMatchObject([
      { cost: "0.00525", usageSource: "estimated", outcome: "aborted", stage: "greeting" },
    ]);
    expect(await it.state()).toMatchObject({ dayReserved: "0", daySpent: "0.00525" });
  });

  test("keeps its estimate when it was alive after all and tells too late", async () => {
    const call = aCall({ ...unheard, outcome: "aborted" });
    await it.reserve(call);
    await it.db.rows`update llm_reservations set expires_at = now()`;
    await it.sweep();
    await it.record(aCall({ id: call.id }));
    expect(await it.rows()).toMatchObject([{ usageSource: "estimated", cost: "0.00525" }]);
    expect(await it.state()).toMatchObject({ dayReserved: "0", daySpent: "0.00525" });
  });
});

describe("people are told", () => {
  test("at 80 % and when nothing fits any more, once in the period", async () => {
    await it.budget("0.0125");
    for (let round = 0; round < 10; round += 1) {
      const call = aCall();
      if (await it.reserve(call)) await it.record(call);
    }
    // Seven calls fit: 0.00728 + 0.00525 no longer does. 80 % was never spent.
    expect(await it.rows()).toHaveLength(7);
    expect(await it.alerts()).toMatchObject([{ kind: "budget_spent" }]);
    await it.budget("0.0126");
    const bigger = { ...bounds, outputTokens: 100 };
    for (let round = 0; round < 10; round += 1) {
      const call = aCall();
      if (await it.reserve(call, bigger)) await it.record(call);
    }
    expect((await it.alerts()).map(({ kind }) => kind)).toEqual([
      ...["budget_spent", "budget_low", "budget_spent"],
    ]);
    await it.reserve(aCall());
    expect(await it.alerts()).toHaveLength(3);
    expect((await it.alerts())[0]?.text).toStartWith(
      "Nothing more fits into the model's daily budget of $0.01: $0.01 is spent, $0.00 is held back",
    );
  });
});

describe("a turn without money", () => {
  test("says the holding line and calls a person", async () => {
    await it.db.rows`update organizations set holding_line = 'A colleague will answer you.'`;
    it.world.think = () => ({ kind: "out_of_budget" });
    await it.turn(it.conversationId);
    expect(it.dispositions).toEqual(["out_of_budget"]);
    expect(await it.outgoing()).toMatchObject([{ text: "A colleague will answer you." }]);
    expect(await it.conversation()).toMatchObject({ attentionReason: "out_of_budget" });
  });

  test("asks for it in the organization's name, with what the call can use", async () => {
    await it.budget("0.001");
    const answers: unknown[] = [];
    it.world.think = async (_context, run) => {
      answers.push(await run.reserve?.(aCall(), bounds));
      return { kind: "out_of_budget" };
    };
    await it.turn(it.conversationId);
    expect(answers).toEqual([false]);
  });
});
