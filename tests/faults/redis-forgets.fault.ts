import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { LeadlineProcess } from "../support/processes.ts";
import { eventually } from "../support/wait.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";
import { steps } from "./support/steps.ts";

setDefaultTimeout(90_000);

const UNREAD = 5;

describe("invariant 5: a Redis that loses what nobody had read yet", () => {
  let stack: Stack;
  let workers: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    [, , ...workers] = await stack.startAll(["api", "scheduler", "worker", "worker"]);
  });
  afterAll(() => stack.close());

  const forgetByItself = async () => {
    await stack.redisServer.kill("SIGKILL");
    stack.redisServer.forget();
    await stack.redisServer.start();
  };
  const strikes = [
    { fault: "FLUSHALL", strike: () => stack.redis.flushall() },
    { fault: "Redis killed and started without its AOF", strike: forgetByItself },
  ];

  for (const { fault, strike } of strikes) {
    test(`${fault}: exactly the unread are gone, all that was ingested is answered`, async () => {
      await steps["a turn thinks"](stack);
      for (const worker of workers) worker.kill("SIGSTOP");
      const unread = await Promise.all(
        Array.from({ length: UNREAD }, () => stack.meta.write(stack.newLead())),
      );
      await eventually(() => unread.every((wamid) => stack.meta.acknowledged().has(wamid)));
      const stored = await stack.db.rows`select 1 from messages where wamid = any(${unread})`;
      expect(stored).toEqual([]);
      await strike();
      for (const wamid of unread) stack.meta.excused.add(wamid);
      for (const worker of workers) worker.kill("SIGCONT");
      const atMs = performance.now();
      await stack.meta.write(stack.newLead());
      const step = `a turn thinks, ${UNREAD} texts unread`;
      await expectRecovery(stack, { fault, step, atMs, excused: UNREAD });
    });
  }

  test("and serves on, and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const worker of workers) await worker.ready();
  });
});
