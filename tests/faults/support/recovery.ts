import { expect } from "bun:test";
import { nothingLost, settled } from "./check.ts";
import type { AnyStack } from "./stack.ts";

/** What we promise on a quiet machine, and what a busy one may make of it. */
const PROMISED_MS = 10_000;
const SLACK = 3;

/** Expects everything to be settled within the promised time since `brokenAtMs`; prints the time. */
export async function expectRecovery(
  stack: AnyStack,
  what: string,
  brokenAtMs: number,
): Promise<void> {
  const report = await settled(stack, PROMISED_MS * SLACK);
  const tookMs = Math.round(performance.now() - brokenAtMs);
  process.stdout.write(`  ${what}: all settled after ${tookMs} ms\n`);
  expect(report).toEqual(nothingLost);
  expect(tookMs).toBeLessThan(PROMISED_MS * SLACK);
}
