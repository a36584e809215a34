import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(60_000);

describe("invariants 1 and 3: an api that is killed", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["worker", "scheduler"]);
  });
  afterAll(() => stack.close());

  test("between append and answer: the redelivered message is stored and answered once", async () => {
    const victim = await stack.start("api", { CRASH_AT: "webhook:appended" });
    const lead = stack.newLead();
    const wamid = await stack.meta.write(lead);
    expect(await victim.exited).toBeNull();
    expect(stack.meta.acknowledged().has(wamid)).toBe(false);
    const atMs = performance.now();
    const api = await stack.start("api");
    await expectRecovery(stack, { fault: "api killed", step: "webhook:appended", atMs });
    expect(stack.meta.acknowledged().has(wamid)).toBe(true);
    expect(await stack.meta.ledger(lead)).toHaveLength(1);
    api.kill("SIGKILL");
    await api.exited;
  });

  test("again and again in a stream of messages: each is answered once", async () => {
    let api = await stack.start("api");
    const leads = Array.from({ length: 30 }, () => stack.newLead());
    for (const [index, lead] of leads.entries()) {
      await stack.meta.write(lead);
      if (index % 10 === 5) {
        api.kill("SIGKILL");
        await api.exited;
        api = await stack.start("api");
      }
    }
    await expectRecovery(stack, {
      fault: "api killed 3 times",
      step: "30 leads write",
      atMs: performance.now(),
    });
    for (const lead of leads) expect(await stack.meta.ledger(lead)).toHaveLength(1);
    // Otherwise nothing was in flight at any kill.
    expect(stack.meta.answers.some(({ status }) => status === 0)).toBe(true);
  });

  test("and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
  });
});
