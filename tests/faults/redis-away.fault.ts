import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { eventually } from "../support/wait.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

const AWAY_MS = 6_000;

/** A connection that is gone is known at once; one that hangs, after a command's deadline of 3 s. */
const REFUSED_WITHIN_MS = 1_000;
const GIVEN_UP_WITHIN_MS = 4_000;

describe("invariants 2 and 30: a Redis that is away, or full", () => {
  let stack: Stack;
  let roles: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    roles = await stack.startAll(["api", "worker", "worker", "scheduler"]);
    await stack.meta.thinkFor(800);
  });
  afterAll(() => stack.close());

  /** One lead is being answered when it goes; others write while it is away. */
  async function outage(leave: () => void | Promise<void>, promptMs: number) {
    const early = stack.newLead();
    await stack.meta.write(early);
    await eventually(async () => {
      const turns = await stack.db.rows`
        select 1 from turns t join conversations c on c.id = t.conversation_id
        where c.phone = ${early}`;
      return turns.length > 0;
    });
    await leave();
    const firstAnswer = stack.meta.answers.length;
    for (let count = 0; count < 5; count += 1) await stack.meta.write(stack.newLead());
    await sleep(AWAY_MS);
    const answers = stack.meta.answers.slice(firstAnswer);
    expect(answers.length).toBeGreaterThanOrEqual(5);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(promptMs);
  }

  const recovered = (fault: string) =>
    expectRecovery(stack, { fault, step: "a turn thinks, others write", atMs: performance.now() });

  test("stopped: webhooks get 503 at once; back, all goes on by itself and each is answered once", async () => {
    await outage(stack.redisServer.stop, REFUSED_WITHIN_MS);
    await stack.redisServer.start();
    await recovered(`Redis stopped for ${AWAY_MS / 1000} s`);
  });

  test("frozen with open connections: 503 after the command's deadline, then the same", async () => {
    await outage(stack.redisServer.freeze, GIVEN_UP_WITHIN_MS);
    stack.redisServer.thaw();
    await recovered(`Redis frozen for ${AWAY_MS / 1000} s`);
  });

  test("out of memory: 503 at once and nothing half stored, then the same", async () => {
    const limit = (bytes: number) => stack.redis.config("SET", "maxmemory", bytes);
    await outage(async () => void (await limit(1)), REFUSED_WITHIN_MS);
    await limit(0);
    await recovered(`Redis out of memory for ${AWAY_MS / 1000} s`);
  });

  test("no process had to be restarted, and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const role of roles) await role.ready();
  });
});
