import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../../src/lib/sleep.ts";
import { seeded } from "../support/seeded.ts";
import { eventually } from "../support/wait.ts";
import { finished, nothingLost, settled, stillSettled } from "./support/check.ts";
import { type Blow, killSchedule, slotNames } from "./support/kill-schedule.ts";
import { askAboutDoubts, PROMISED_MS, SLACK, waitsForDoubtsOnly } from "./support/recovery.ts";
import { reportRow } from "./support/rows.ts";
import { type Stack, startStack } from "./support/stack.ts";
import { type Supervisor, supervise } from "./support/supervisor.ts";
import { measureTakeovers, percentile } from "./support/takeover.ts";

const KILLS = Number(process.env["KILLS"] ?? 30);
const { seed } = seeded("random kills", process.env["FAULTS_SEED"]);
const LONGEST_MS = 60_000 + KILLS * 8_000;
setDefaultTimeout(LONGEST_MS);

const WRITE_EVERY_MS = 250;
/** One text of so many is by somebody who wrote before. */
const AGAIN_ONE_OF = 4;
const TELL_EVERY_KILLS = 10;

describe("invariants 1, 3, 5, 6, 8, 9, 17: roles killed at random in a loaded system", () => {
  let stack: Stack;
  let supervisor: Supervisor;
  beforeAll(async () => {
    stack = await startStack({ quietMs: 300, apis: 2 });
    // Both first: the dashboard begins to watch through whichever it is led to.
    const first = await Promise.all(
      stack.apiPorts.map((port) => stack.start("api", { PORT: String(port) })),
    );
    await eventually(stack.isWatched, { timeoutMs: 15_000 });
    for (const api of first) api.kill();
    await Promise.all(first.map(({ exited }) => exited));
    supervisor = supervise(
      stack,
      slotNames.map((name) => {
        const port = stack.apiPorts[name === "api 2" ? 1 : 0];
        if (name.startsWith("api")) return { name, role: "api", env: { PORT: String(port) } };
        return { name, role: name.startsWith("worker") ? "worker" : "scheduler", env: {} };
      }),
    );
    await eventually(() => slotNames.every((name) => supervisor.of(name) !== undefined));
    await supervisor.ready();
    await stack.meta.thinkFor(300);
  });
  afterAll(async () => {
    await supervisor.stop();
    await stack.close();
  });

  /** Somebody new writes, and now and then somebody who has written before. */
  function startLoad() {
    const leads: string[] = [];
    let isOver = false;
    async function write(): Promise<void> {
      const chance = seeded("who writes", String(seed));
      while (!isOver) {
        const again = leads.length > 0 && chance.below(AGAIN_ONE_OF) === 0;
        const lead = again ? chance.pick(leads) : stack.newLead();
        if (!again) leads.push(lead);
        await stack.meta.write(lead);
        await sleep(WRITE_EVERY_MS);
      }
    }
    const ended = write();
    return {
      stop: async () => {
        isOver = true;
        await ended;
      },
    };
  }

  test(`${KILLS} kills (FAULTS_SEED=${seed}): nothing lost, nothing doubled`, async () => {
    const takeovers = measureTakeovers(stack);
    const pauses: Promise<void>[] = [];
    let killed = 0;

    async function strike({ slot, pauseMs }: Blow): Promise<void> {
      const victim = await eventually(() => supervisor.of(slot), { timeoutMs: 20_000 });
      victim.kill("SIGSTOP");
      if (pauseMs !== null) {
        pauses.push(sleep(pauseMs).then(() => victim.kill("SIGCONT")));
        return;
      }
      if (slot.startsWith("worker")) await takeovers.dies(victim.pid);
      victim.kill("SIGKILL");
      await victim.exited;
      killed += 1;
      if (killed % TELL_EVERY_KILLS === 0) {
        process.stdout.write(`  ${killed} kills, ${stack.meta.written.length} texts\n`);
      }
    }

    const startedAtMs = performance.now();
    const load = startLoad();
    for (const blow of killSchedule(KILLS, seed)) {
      await sleep(blow.afterMs);
      await strike(blow);
    }
    await load.stop();
    await Promise.all(pauses);
    const struckLastAtMs = performance.now();
    await finished(stack, {
      timeoutMs: 2 * PROMISED_MS * SLACK,
      isDone: (books) => waitsForDoubtsOnly(stack, books),
    });
    const recoveryMs = Math.round(performance.now() - struckLastAtMs);
    await askAboutDoubts(stack);
    const report = await settled(stack);
    await takeovers.all();
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(takeovers.tookMs, share));
    reportRow({
      fault: `${killed} random kills, ${pauses.length} pauses (seed ${seed})`,
      step: `${stack.meta.written.length} texts in ${Math.round((struckLastAtMs - startedAtMs) / 1_000)} s`,
      lost: report.lost.length,
      doubled: report.doubled.length,
      untold: report.untold.length,
      doubted: report.doubted,
      excused: 0,
      recoveryMs,
      note: `${takeovers.tookMs.length} pieces of killed workers' work taken over: p50 ${inSeconds(p50)}, p99 ${inSeconds(p99)}, max ${inSeconds(max)}`,
    });
    expect(report).toEqual({ ...nothingLost, doubted: report.doubted });
    expect(supervisor.endedBySelf).toEqual([]);
    expect(takeovers.tookMs.length).toBeGreaterThan(0);
    expect(p99).toBeLessThan(PROMISED_MS * SLACK);
  });

  test("and nothing comes late", async () => {
    const report = await stillSettled(stack);
    expect(report).toEqual({ ...nothingLost, doubted: report.doubted });
  });
});

function inSeconds(ms: number | undefined): string {
  return `${((ms ?? 0) / 1_000).toFixed(1)} s`;
}
