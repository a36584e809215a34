import { Bell } from "./bell.ts";
import { messageOf } from "./errors.ts";
import type { Log } from "./ports.ts";

/** A duty done again and again, never twice at once. */
export interface Repeating {
  /** Does the next turn now. */
  poke(): void;
  /** How long ago the last turn ended, well or not. */
  silentMs(): number;
  /** Ends it; resolves once a turn under way has ended. */
  stop(): Promise<void>;
}

/** Repeats `turn` with a pause of `pauseMs` between; after a failure the next turn comes. */
export function repeat(
  name: string,
  pauseMs: number,
  log: Log,
  turn: () => Promise<void>,
): Repeating {
  const bell = new Bell();
  let stopped = false;
  let poked = false;
  let turnedAt = performance.now();

  let failing = false;

  /** Logs when it starts to fail and when it works again, not every time between. */
  function report(error: unknown): void {
    if (error === undefined && failing) log.info({ duty: name }, "streams duty works again");
    if (error !== undefined && !failing && !stopped) {
      log.warn({ duty: name, error: messageOf(error) }, "streams duty fails; it is repeated");
    }
    failing = error !== undefined;
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      poked = false;
      await turn().then(() => report(undefined), report);
      turnedAt = performance.now();
      if (!stopped && !poked) await bell.wait(pauseMs);
    }
  }
  const ended = loop();

  const poke = () => {
    poked = true;
    bell.ring();
  };
  return {
    poke,
    silentMs: () => performance.now() - turnedAt,
    stop: () => {
      stopped = true;
      poke();
      return ended;
    },
  };
}
