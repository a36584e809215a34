import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../support/wait.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

/** Longer than it takes to notice that the model is being asked. */
const LONG_MS = 5_000;

describe("a worker that is killed while a model answers", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.db.rows`update organizations set daily_budget = 1`;
    await stack.startAll(["api", "scheduler"]);
  });
  afterAll(() => stack.close());

  const reserved = () => stack.db.rows<{ id: string }>`select id from llm_reservations`;

  test("leaves its money reserved, until that ends: then it is charged, and marked as a guess", async () => {
    const victim = await stack.start("worker");
    await stack.meta.thinkFor(LONG_MS);
    const lead = stack.newLead();
    await stack.meta.write(lead, "How much is a small roof?");
    const left = await eventually(async () => (await reserved())[0]);
    victim.kill();
    expect(await victim.exited).toBeNull();
    const atMs = performance.now();
    await stack.meta.thinkFor(0);
    await stack.start("worker");
    await expectRecovery(stack, { fault: "worker killed", step: "a model answers", atMs });
    expect(await stack.meta.ledger(lead)).toHaveLength(1);

    expect(await reserved()).toEqual([{ id: left.id }]);
    await stack.db.rows`update llm_reservations set expires_at = now()`;
    await eventually(async () => (await reserved()).length === 0);
    const [call] = await stack.db.rows<{ usageSource: string; isCharged: boolean }>`
      select usage_source, cost > 0 as is_charged from llm_calls where id = ${left.id}`;
    expect(call).toEqual({ usageSource: "estimated", isCharged: true });
    const [books] = await stack.db.rows<{ reserved: string; isExact: boolean }>`
      select b.day_reserved::float as reserved,
        b.day_spent = (select sum(k.cost) from llm_calls k
          where k.organization_id = b.organization_id) as is_exact
      from llm_budgets b where b.day_spent > 0`;
    expect(books).toMatchObject({ reserved: 0, isExact: true });
  });

  test("and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
  });
});
