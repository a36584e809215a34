import { withDeadline } from "../../src/lib/deadline.ts";
import { openSocket } from "../../tests/realtime/client.ts";
import { eventually } from "../../tests/support/wait.ts";
import type { LiveOfficeConfig } from "./live-config.ts";
import { openOffice } from "./live-office.ts";
import { median } from "./measure.ts";

export const MISSED = 1_000;
export const RESUMES = 5;
const RESUME_MS = 10_000;

/** Milliseconds from hello to the last of the missed events, the middle of some. */
export async function resume(apiUrl: string, config: LiveOfficeConfig): Promise<number> {
  const office = await openOffice(config);
  const url = `${apiUrl.replace("http", "ws")}/live`;
  const [first = "", ...tickets] = await office.tickets(1 + RESUMES);
  const watcher = await openSocket(url);
  const answer = await watcher.hello(first);
  if (answer.type !== "welcome") throw new Error("The first socket was not welcomed.");
  const { cursor } = answer.data;
  const eventIds: string[] = [];
  while (eventIds.length < MISSED) {
    const event = await office.commit();
    await office.announce(event);
    eventIds.push(event.eventId);
  }
  await eventually(() => watcher.events().length === MISSED, { timeoutMs: RESUME_MS });
  const tookMs: number[] = [];
  for (const ticket of tickets) tookMs.push(await resumeOnce(url, { ticket, cursor }, eventIds));
  watcher.close();
  await office.close();
  return median(tookMs);
}

async function resumeOnce(
  url: string,
  hello: { ticket: string; cursor: string },
  eventIds: readonly string[],
): Promise<number> {
  const all = Promise.withResolvers<void>();
  let count = 0;
  const socket = await openSocket(url, {
    onFrame: (frame) => {
      if (frame.id !== null) count += 1;
      if (count === eventIds.length) all.resolve();
    },
  });
  const startedMs = performance.now();
  socket.send("hello", hello);
  await withDeadline(all.promise, RESUME_MS, "The resuming");
  const tookMs = performance.now() - startedMs;
  const got = socket.events().map((frame) => (frame.id === null ? "" : frame.data.eventId));
  socket.close();
  if (got.join() !== eventIds.join()) throw new Error("Resuming was not exact.");
  return tookMs;
}
