import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { LeadlineProcess } from "../support/processes.ts";
import { eventually } from "../support/wait.ts";
import { nothingLost, settled, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { retire, type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

/** Work handed back is taken at once: well before its owner would count as dead (8 s). */
const AT_ONCE_MS = 5_000;

/** The grace time for running work, and what closing takes on a busy machine. */
const GRACE_MS = 20_000;
const EXIT_WITHIN_MS = 8_000;

describe("invariant 22: SIGTERM while busy", () => {
  let stack: Stack;
  let api: LeadlineProcess;
  let scheduler: LeadlineProcess;
  beforeAll(async () => {
    stack = await startStack();
    [api, scheduler] = await Promise.all([stack.start("api"), stack.start("scheduler")]);
  });
  afterAll(() => stack.close());

  /** Ends the process and says how long that took. */
  async function terminate(role: LeadlineProcess): Promise<number> {
    const startedAtMs = performance.now();
    await retire(role);
    return performance.now() - startedAtMs;
  }
  async function writeAndThink(): Promise<string> {
    const lead = stack.newLead();
    await stack.meta.write(lead);
    await eventually(async () => {
      const turns = await stack.db.rows`
        select 1 from turns t join conversations c on c.id = t.conversation_id
        where c.phone = ${lead}`;
      return turns.length > 0;
    });
    return lead;
  }
  const turnsOf = (lead: string) =>
    stack.db.rows<{ disposition: string | null; attempt: number }>`
      select t.disposition, t.attempt from turns t
      join conversations c on c.id = t.conversation_id
      where c.phone = ${lead} order by t.started_at`;

  test("a worker finishes the turn it is at, and its successor sends the reply at once", async () => {
    const worker = await stack.start("worker");
    await stack.meta.thinkFor(700);
    const lead = await writeAndThink();
    const successor = await stack.start("worker");
    expect(await terminate(worker)).toBeLessThan(EXIT_WITHIN_MS);
    const exitedAtMs = performance.now();
    expect(await settled(stack, AT_ONCE_MS)).toEqual(nothingLost);
    expect(performance.now() - exitedAtMs).toBeLessThan(AT_ONCE_MS);
    expect(await turnsOf(lead)).toMatchObject([{ disposition: "replied" }]);
    await retire(successor);
  });

  test("a turn longer than the grace time is handed back, spends no try, and is answered at once", async () => {
    const worker = await stack.start("worker");
    await stack.meta.thinkFor(60_000);
    const lead = await writeAndThink();
    const successor = await stack.start("worker");
    await stack.meta.thinkFor(0);
    expect(await terminate(worker)).toBeLessThan(GRACE_MS + EXIT_WITHIN_MS);
    const exitedAtMs = performance.now();
    expect(await settled(stack, AT_ONCE_MS)).toEqual(nothingLost);
    process.stdout.write(
      `  handed back: settled ${Math.round(performance.now() - exitedAtMs)} ms\n`,
    );
    expect(await turnsOf(lead)).toMatchObject([
      { disposition: "released", attempt: 1 },
      { disposition: "replied", attempt: 1 },
    ]);
    await retire(successor);
  });

  test("a send under way ends first, and is recorded", async () => {
    const worker = await stack.start("worker");
    const lead = stack.newLead();
    const match = { to: lead };
    await stack.meta.addFault({ target: "graph", kind: "slow", delayMs: 1_500, match });
    await stack.meta.addFault({ target: "webhooks", kind: "hold_statuses", match });
    await stack.meta.write(lead);
    await eventually(async () => (await stack.meta.ledger(lead)).length === 1);
    expect(await terminate(worker)).toBeLessThan(EXIT_WITHIN_MS);
    const states = await stack.db.rows<{ state: string }>`
      select m.state from messages m join conversations c on c.id = m.conversation_id
      where c.phone = ${lead} and m.direction = 'out'`;
    expect(states).toMatchObject([{ state: "accepted" }]);
    await stack.meta.clearFaults();
  });

  test("an api answers what it has and takes nothing that it will not keep", async () => {
    const worker = await stack.start("worker");
    const leads = Array.from({ length: 20 }, () => stack.newLead());
    let ended: Promise<number> | undefined;
    for (const [index, lead] of leads.entries()) {
      await stack.meta.write(lead);
      if (index === 10) ended = terminate(api);
    }
    expect(await ended).toBeLessThan(EXIT_WITHIN_MS);
    expect(stack.meta.answers.filter(({ status }) => status >= 500)).toEqual([]);
    api = await stack.start("api");
    expect(await settled(stack)).toEqual(nothingLost);
    for (const lead of leads) expect(await stack.meta.ledger(lead)).toHaveLength(1);
    await retire(worker);
  });

  test("a scheduler leaves the lead to the next one, which sweeps", async () => {
    const [worker, next] = await Promise.all([stack.start("worker"), stack.start("scheduler")]);
    await stack.db.rows`update organizations set quiet_ms = 1000, quiet_cap_ms = 5000`;
    const lead = stack.newLead();
    await stack.meta.write(lead);
    await eventually(async () => {
      const rows = await stack.db.rows`select 1 from conversations where phone = ${lead}`;
      return rows.length > 0;
    });
    await stack.redis.flushall();
    expect(await terminate(scheduler)).toBeLessThan(EXIT_WITHIN_MS);
    await expectRecovery(stack, {
      fault: "FLUSHALL and SIGTERM to the leading scheduler",
      step: "a turn is due",
      atMs: performance.now(),
    });
    await Promise.all([retire(next), retire(worker)]);
  });

  test("and nothing comes late", async () => {
    const worker = await stack.start("worker");
    expect(await stillSettled(stack)).toEqual(nothingLost);
    await retire(worker);
  });
});
