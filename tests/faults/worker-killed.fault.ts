import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type CrashPoint, crashPoints } from "../../src/lib/crash-points.ts";
import { sleep } from "../../src/lib/sleep.ts";
import { seeded } from "../support/seeded.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { retire, type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

/** An api's, a scheduler's, a file's, and the one that leaves a doubt: they have fault tests of their own. */
const elsewhere: readonly CrashPoint[] = [
  "webhook:appended",
  "deliver:claimed",
  "media:kept",
  "media:read",
  "replay:started",
  "replay:appended",
];
const everyStep = crashPoints.filter((step) => !elsewhere.includes(step));
/** CI takes some by chance, others with the next seed. */
const steps = process.env["FAULTS"] === "quick" ? some(everyStep, 4) : everyStep;

function some(from: readonly CrashPoint[], count: number): CrashPoint[] {
  const chance = seeded("worker killed", process.env["FAULTS_SEED"]);
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(chance.below(left.length), 1))
    .flat()
    .toSorted((a, b) => from.indexOf(a) - from.indexOf(b));
}

describe("invariants 1, 6, 12 and 17: a worker that is killed", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["api", "scheduler"]);
  });
  afterAll(() => stack.close());

  for (const step of steps) {
    test(`at ${step}: its successor finishes, nothing lost, nothing doubled`, async () => {
      const victim = await stack.start("worker", { CRASH_AT: step });
      const lead = stack.newLead();
      await stack.meta.write(lead);
      expect(await victim.exited).toBeNull();
      const killedAtMs = performance.now();
      const successor = await stack.start("worker");
      await expectRecovery(stack, { fault: "worker killed", step, atMs: killedAtMs });
      expect(await stack.meta.ledger(lead)).toHaveLength(1);
      await retire(successor);
    });
  }

  test("beside a living one: that one takes its work over", async () => {
    const [victim, standby] = await Promise.all([
      stack.start("worker", { CRASH_AT: "turn:thought" }),
      stack.start("worker"),
    ]);
    const ended = victim.exited;
    let isAlive = true;
    void ended.then(() => {
      isAlive = false;
    });
    // Either of them may get a text; somebody writes until the one with the crash point had its turn.
    while (isAlive) {
      await stack.meta.write(stack.newLead());
      await Promise.race([ended, sleep(100)]);
    }
    await expectRecovery(stack, {
      fault: "worker killed beside another",
      step: "turn:thought",
      atMs: performance.now(),
    });
    await retire(standby);
  });

  test("and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
  });
});
