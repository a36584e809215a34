import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(60_000);

const LEADS = 30;
const THINKS_MS = 200;

describe("invariant 10: a text that comes while a turn ends", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["api", "worker", "worker", "scheduler"]);
    await stack.meta.thinkFor(THINKS_MS);
  });
  afterAll(() => stack.close());

  test("is answered, whether it comes before, at or after the turn's commit", async () => {
    await Promise.all(
      Array.from({ length: LEADS }, async (_, index) => {
        const lead = stack.newLead();
        await sleep(index * 40);
        await stack.meta.write(lead);
        // Brain and mouth think one after the other; the second text falls around their end.
        await sleep(THINKS_MS + (index / LEADS) * 2 * THINKS_MS);
        await stack.meta.write(lead, "And how long does it take?");
      }),
    );
    await expectRecovery(stack, {
      fault: "none, 30 leads on cold processes",
      step: "a second text comes as the turn ends",
      atMs: performance.now(),
    });
    const turns = await stack.db.rows<{ disposition: string }>`
      select distinct disposition from turns`;
    // Otherwise no text fell into a turn, or each of them did.
    expect(turns.map(({ disposition }) => disposition).sort()).toEqual(["replied", "superseded"]);
    expect(await stillSettled(stack)).toEqual(nothingLost);
  });
});
