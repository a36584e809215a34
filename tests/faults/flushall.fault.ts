import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../support/wait.ts";
import { nothingLost, settled, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(60_000);

const QUIET_MS = 1_500;

describe("invariants 5, 7 and 11: a Redis that forgets everything", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ quietMs: QUIET_MS });
    await stack.startAll(["api", "worker", "worker", "scheduler"]);
  });
  afterAll(() => stack.close());

  const textsSeen = async (lead: string) => {
    const [row] = await stack.db.rows<{ wakeSeq: number }>`
      select wake_seq from conversations where phone = ${lead}`;
    return row?.wakeSeq;
  };
  const turnsOf = (lead: string) =>
    stack.db.rows<{ disposition: string | null; seenWakeSeq: number | null }>`
      select t.disposition, t.seen_wake_seq from turns t
      join conversations c on c.id = t.conversation_id where c.phone = ${lead}`;

  const recovered = (step: string) =>
    expectRecovery(stack, { fault: "FLUSHALL", step, atMs: performance.now() });

  test("while a turn is due: one reply, which saw every text", async () => {
    const lead = stack.newLead();
    for (const text of ["Hi", "I have a house", "how much is it?"]) {
      await stack.meta.write(lead, text);
    }
    await eventually(async () => (await textsSeen(lead)) === 3, { everyMs: 5 });
    expect(await turnsOf(lead)).toEqual([]);
    await stack.redis.flushall();
    await recovered("a burst is waited out");
    expect(await stack.meta.ledger(lead)).toHaveLength(1);
    expect(await turnsOf(lead)).toEqual([{ disposition: "replied", seenWakeSeq: 3 }]);
  });

  test("while a turn thinks: one reply", async () => {
    await stack.meta.thinkFor(1_000);
    const lead = stack.newLead();
    await stack.meta.write(lead);
    await eventually(async () => (await turnsOf(lead)).length === 1);
    await stack.redis.flushall();
    await recovered("the only turn thinks");
    expect(await stack.meta.ledger(lead)).toHaveLength(1);
    await stack.meta.thinkFor(0);
  });

  test("and serves on: the next text is answered as ever", async () => {
    await stack.meta.write(stack.newLead());
    expect(await settled(stack)).toEqual(nothingLost);
    expect(await stillSettled(stack)).toEqual(nothingLost);
  });
});
