import { errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";

/** Does `work` again and again with a pause between, until stopped. A failure is logged once in a row. */
export function every(
  name: string,
  pauseMs: number,
  log: Log,
  work: () => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = loop();

  async function loop(): Promise<void> {
    let failing = false;
    while (!stopping.signal.aborted) {
      try {
        await work();
        failing = false;
      } catch (error) {
        if (!failing) log.warn({ error: errorMessage(error) }, `${name} failed; trying again`);
        failing = true;
      }
      await sleep(pauseMs, stopping.signal);
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
