import { expect } from "bun:test";
import { sleep } from "../../../src/lib/sleep.ts";
import { eventually } from "../../support/wait.ts";
import { nothingLost, settled, stillSettled } from "./check.ts";
import { reportRow } from "./rows.ts";
import type { AnyStack } from "./stack.ts";

const WRITE_EVERY_MS = 50;
const STEADY_MS = 2_000;
const TAKEN_AGAIN_WITHIN_MS = 20_000;
/** A command's deadline of 3 s, and what a busy machine adds. */
const ANSWERED_WITHIN_MS = 4_000;

interface Blow {
  /** What is about to happen, for the printed line. */
  what: string;
  strike(): Promise<unknown>;
  /** Somebody brings the broken part back, as a supervisor would. */
  repair(): Promise<unknown>;
}

/**
 * New leads write all the time while the master is lost and a replica takes over. Expects each webhook
 * to be answered in time, work to resume, and nothing to be lost or doubled in the end.
 */
export async function failoverUnderLoad(stack: AnyStack, blow: Blow): Promise<void> {
  const { meta } = stack;
  const load = startLoad(stack);
  await eventually(() => meta.acknowledged().size > 20, { timeoutMs: 20_000 });
  await sleep(STEADY_MS);

  const before = meta.answers.length;
  await blow.strike();
  const struckAtMs = performance.now();
  await eventually(() => meta.answers.slice(before).some(({ status }) => status === 503), {
    timeoutMs: 10_000,
  });
  await blow.repair();
  const takenBefore = meta.acknowledged().size;
  await eventually(() => meta.acknowledged().size > takenBefore + 20, {
    timeoutMs: TAKEN_AGAIN_WITHIN_MS,
  });
  const tookMs = Math.round(performance.now() - struckAtMs);
  await sleep(STEADY_MS);
  await load.stop();

  const report = await settled(stack);
  const answers = meta.answers.slice(before);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  expect(Math.max(...answers.map((answer) => answer.tookMs))).toBeLessThan(ANSWERED_WITHIN_MS);
  const refused = answers.filter(({ status }) => status === 503).length;
  reportRow({
    fault: blow.what,
    step: "20 leads a second",
    lost: report.lost.length,
    doubled: report.doubled.length,
    untold: report.untold.length,
    doubted: report.doubted,
    excused: 0,
    recoveryMs: tookMs,
    note: `until webhooks were taken again, ${refused} refused, ${meta.written.length} leads`,
  });
  expect(report).toEqual(nothingLost);
  expect(await stillSettled(stack)).toEqual(nothingLost);
}

function startLoad({ meta, newLead }: AnyStack) {
  let stopped = false;
  async function loop() {
    while (!stopped) {
      await meta.write(newLead());
      await sleep(WRITE_EVERY_MS);
    }
  }
  const ended = loop();
  return {
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
}
