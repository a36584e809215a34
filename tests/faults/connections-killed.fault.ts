import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

const LEADS = 25;

describe("invariants 6 and 17: connections that are cut in the middle of the work", () => {
  let stack: Stack;
  let roles: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    roles = await stack.startAll(["api", "worker", "worker", "scheduler"]);
    await stack.meta.thinkFor(100);
  });
  afterAll(() => stack.close());

  const cutPostgres = async () => {
    const cut = await stack.db.rows`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'leadline-worker%'`;
    expect(cut.length).toBeGreaterThan(0);
  };
  const cutRedis = async () => {
    expect(Number(await stack.redis.call("CLIENT", "KILL", "TYPE", "normal"))).toBeGreaterThan(0);
  };
  const cuts = [cutPostgres, cutRedis, cutRedis, cutPostgres, cutPostgres];

  test("a stream of 50 messages of 25 leads: all are answered, none twice", async () => {
    const leads = Array.from({ length: LEADS }, () => stack.newLead());
    for (const [index, lead] of [...leads, ...leads].entries()) {
      await stack.meta.write(lead);
      await sleep(40);
      if (index % 10 === 7) await cuts[Math.floor(index / 10)]?.();
    }
    await expectRecovery(stack, {
      fault: "pg_terminate_backend and CLIENT KILL, in turns",
      step: "25 leads write",
      atMs: performance.now(),
    });
    expect(new Set((await stack.meta.ledger()).map(({ to }) => to))).toEqual(new Set(leads));
  });

  test("no process had to be restarted, and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const role of roles) await role.ready();
  });
});
