import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { eventually } from "../support/wait.ts";
import { stillSettled } from "./support/check.ts";
import type { NetworkMode } from "./support/fault-proxy.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";
import { hasTurn } from "./support/steps.ts";

setDefaultTimeout(120_000);

const BROKEN_MS = 5_000;
const WRITE_EVERY_MS = 500;
/** A command's deadline of 3 s, and what a busy machine adds. */
const ANSWERED_WITHIN_MS = 4_000;

const everyMode: readonly NetworkMode[] = [
  { kind: "reset_after_write" },
  { kind: "black_hole" },
  { kind: "drop_reply" },
  { kind: "delay", delayMs: 400 },
  { kind: "half_close" },
];
/** CI takes the one that is worst for each: an append that counts, a lock that is held. */
const quickModes = { redis: everyMode.slice(0, 1), postgres: everyMode.slice(1, 2) };
const modesOf = (server: keyof typeof quickModes) =>
  process.env["FAULTS"] === "quick" ? quickModes[server] : everyMode;

describe("invariants 2, 17, 23: a network that misbehaves while texts are handled", () => {
  let stack: Stack;
  let roles: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack({ behindNetwork: true });
    roles = await stack.startAll(["api", "worker", "worker", "scheduler"]);
    await stack.meta.thinkFor(300);
  });
  afterAll(() => stack.close());

  for (const server of ["redis", "postgres"] as const) {
    for (const mode of modesOf(server)) {
      const taken = server === "redis" ? "200 or 503" : "200 all the time";
      test(`${mode.kind} before ${server}: webhooks get ${taken}, all is done after`, async () => {
        const lead = stack.newLead();
        await stack.meta.write(lead);
        await eventually(() => hasTurn(stack, lead), { timeoutMs: 15_000, everyMs: 5 });
        const before = stack.meta.answers.length;
        stack.network[server].set(mode);
        for (let leftMs = BROKEN_MS; leftMs > 0; leftMs -= WRITE_EVERY_MS) {
          await stack.meta.write(stack.newLead());
          await sleep(WRITE_EVERY_MS);
        }
        stack.network[server].set({ kind: "pass" });
        const atMs = performance.now();
        await expectRecovery(stack, {
          fault: `${server}: ${mode.kind.replaceAll("_", " ")} for ${BROKEN_MS / 1_000} s`,
          step: "a turn thinks, others write",
          atMs,
          mayDoubt: true,
        });
        const answers = stack.meta.answers.slice(before);
        const expected = server === "redis" ? [200, 503] : [200];
        expect(answers.filter(({ status }) => !expected.includes(status))).toEqual([]);
        expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(ANSWERED_WITHIN_MS);
      });
    }
  }

  test("no process had to be restarted, and nothing comes late", async () => {
    const report = await stillSettled(stack);
    expect(report).toMatchObject({ lost: [], doubled: [], untold: [] });
    for (const role of roles) await role.ready();
  });
});
