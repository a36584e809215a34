import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(150_000);

/** The bounded selection keeps the promise's shape, not its length. */
const AWAY_MS = process.env["FAULTS"] === "quick" ? 15_000 : 60_000;

/** Above the deadline of a query, so that statements under way are given up and yet may run later. */
const FROZEN_MS = 13_000;

const WRITE_EVERY_MS = 1_000;

describe("invariants 2 and 23: a Postgres that is away", () => {
  let stack: Stack;
  let roles: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    roles = await stack.startAll(["api", "worker", "worker", "scheduler"]);
  });
  afterAll(() => stack.close());

  /** Leads write all the time; some turns are under way when it goes and when it comes back. */
  async function outage(awayMs: number, leave: () => Promise<void>, comeBack: () => Promise<void>) {
    await stack.meta.thinkFor(300);
    for (let count = 0; count < 5; count += 1) await stack.meta.write(stack.newLead());
    await sleep(300);
    await leave();
    const firstAnswer = stack.meta.answers.length;
    for (let leftMs = awayMs; leftMs > 0; leftMs -= WRITE_EVERY_MS) {
      await stack.meta.write(stack.newLead());
      await sleep(WRITE_EVERY_MS);
    }
    const answers = stack.meta.answers.slice(firstAnswer);
    expect(answers.length).toBeGreaterThanOrEqual(awayMs / WRITE_EVERY_MS);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(1_000);
    await comeBack();
  }

  const recovered = (fault: string) =>
    expectRecovery(stack, { fault, step: "leads write all the time", atMs: performance.now() });

  test(`stopped for ${AWAY_MS / 1000} s: webhooks still get 200, nothing is buried, all are answered after`, async () => {
    await outage(AWAY_MS, stack.postgres.stop, stack.postgres.start);
    await recovered(`Postgres stopped for ${AWAY_MS / 1000} s`);
  });

  test(`frozen for ${FROZEN_MS / 1000} s with open connections: the same`, async () => {
    await outage(
      FROZEN_MS,
      async () => stack.postgres.freeze(),
      async () => stack.postgres.thaw(),
    );
    await recovered(`Postgres frozen for ${FROZEN_MS / 1000} s`);
  });

  test("no process had to be restarted, and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const role of roles) await role.ready();
  });
});
