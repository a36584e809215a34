import { inspect } from "node:util";
import { sleep } from "../../src/lib/sleep.ts";

interface Patience {
  timeoutMs?: number;
  everyMs?: number;
  /** An error after which waiting is pointless. */
  giveUpOn?: new (
    message: string,
  ) => Error;
}

/**
 * Runs `check` until it returns something truthy, and resolves to that. Fails after `timeoutMs` with
 * the last value or error it saw.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 5_000, everyMs = 20, giveUpOn }: Patience = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      if (giveUpOn && error instanceof giveUpOn) throw error;
      last = error;
    }
    await sleep(everyMs);
  }
  throw new Error(`Not reached within ${timeoutMs} ms. Last seen: ${inspect(last, { depth: 4 })}`);
}
