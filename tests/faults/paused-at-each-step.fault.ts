import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { nothingLost, settled, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { retire, type Stack, startStack } from "./support/stack.ts";
import { steps, struckAt } from "./support/steps.ts";

setDefaultTimeout(90_000);

/** Above the 8 s of silence after which an owner counts as dead. */
const PAUSED_MS = 11_000;

describe("invariants 8, 9, 17: every worker is paused at a step, another one takes over, then they wake up", () => {
  let stack: Stack;
  let workers: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["api", "scheduler"]);
    workers = await stack.startAll(["worker", "worker"]);
  });
  afterAll(() => stack.close());

  for (const step of struckAt) {
    test(`SIGSTOP while ${step}`, async () => {
      await steps[step](stack);
      for (const worker of workers) worker.kill("SIGSTOP");
      const atMs = performance.now();
      const successor = await stack.start("worker");
      await stack.meta.write(stack.newLead());
      await expectRecovery(stack, { fault: "every worker paused, another started", step, atMs });
      await sleep(Math.max(0, atMs + PAUSED_MS - performance.now()));
      for (const worker of workers) worker.kill("SIGCONT");
      expect(await stillSettled(stack)).toEqual(nothingLost);
      await retire(successor);
      expect(await settled(stack)).toEqual(nothingLost);
    });
  }
});
