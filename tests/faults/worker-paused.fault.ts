import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { eventually } from "../support/wait.ts";
import { nothingLost, settled, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";

setDefaultTimeout(90_000);

/** Above the 8 s of silence after which an owner counts as dead. */
const PAUSED_MS = 11_000;

describe("invariants 8 and 9: a worker that is paused in the middle of its work and wakes up later", () => {
  let stack: Stack;
  let workers: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    await stack.startAll(["api", "scheduler"]);
    workers = await stack.startAll(["worker", "worker"]);
  });
  afterAll(() => stack.close());

  const ownerOf = async (lead: string) => {
    const pid = await eventually(async () => {
      const [row] = await stack.db.rows<{ pid: number }>`
        select w.pid from conversations c join workers w on w.id = c.lease_owner
        where c.phone = ${lead}`;
      return row?.pid;
    });
    const owner = workers.find((worker) => worker.pid === pid);
    if (owner === undefined) throw new Error(`No worker of this test has the pid ${pid}.`);
    return owner;
  };
  const counted = async (worker: LeadlineProcess, metric: string) => {
    const text = await (await fetch(`${worker.url}/metrics`)).text();
    const line = text.split("\n").find((one) => one.startsWith(metric));
    return Number(line?.split(" ").at(-1) ?? 0);
  };

  test("while it thinks: the other one answers, its own late reply is thrown away", async () => {
    await stack.meta.thinkFor(1_500);
    const lead = stack.newLead();
    await stack.meta.write(lead);
    const paused = await ownerOf(lead);
    // Paused before, it would wake up to a claim whose answer came too late, and never begin.
    await eventually(async () => (await stack.meta.promptCount()) > 0);
    paused.kill("SIGSTOP");
    const pausedAtMs = performance.now();
    await expectRecovery(stack, {
      fault: "worker paused beside another",
      step: "a turn thinks",
      atMs: pausedAtMs,
    });
    await sleep(Math.max(0, pausedAtMs + PAUSED_MS - performance.now()));

    paused.kill("SIGCONT");
    await eventually(() => counted(paused, 'leadline_turns_total{disposition="lost"}'), {
      timeoutMs: 15_000,
    });
    await stack.meta.thinkFor(0);
    expect(await stack.meta.ledger(lead)).toHaveLength(1);
    expect(await settled(stack)).toEqual(nothingLost);
  });

  test("while it sends: the answer it wakes up to changes nothing", async () => {
    const lead = stack.newLead();
    await stack.meta.addFault({
      target: "graph",
      kind: "slow",
      delayMs: 3_000,
      match: { to: lead },
    });
    await stack.meta.write(lead);
    await eventually(async () => (await stack.meta.ledger(lead)).length === 1);
    // Either of them may be sending; both stop, and only one goes on at first.
    for (const worker of workers) worker.kill("SIGSTOP");
    const [first, second] = workers;
    await sleep(PAUSED_MS);
    first?.kill("SIGCONT");
    await settled(stack, 15_000);
    second?.kill("SIGCONT");
    expect(await settled(stack)).toEqual(nothingLost);
    expect(await stack.meta.ledger(lead)).toHaveLength(1);
  });

  test("and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const worker of workers) await worker.ready();
  });
});
