import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { INSTALLATION } from "../../src/lib/events.ts";
import { partitionOf } from "../../streams/hash.ts";
import { GROUP, keyOf } from "../../streams/topology.ts";
import { startLeadline, stopProcesses } from "../support/processes.ts";
import { createStuckQueue } from "../support/stuck-queue.ts";
import { eventually } from "../support/wait.ts";

let queue: Awaited<ReturnType<typeof createStuckQueue>>;
beforeAll(async () => {
  queue = await createStuckQueue("queue alerts");
}, 30_000);
afterEach(stopProcesses);
afterAll(() => queue.close());

/** What operators were told so far; an event may be published twice, and is the same then. */
async function told(): Promise<{ rule: string; stream: string; state: string; alertId: string }[]> {
  const key = keyOf(queue.keyspace, partitionOf(INSTALLATION, 2), "events");
  const entries = await queue.redis.probe.xrange(key, "-", "+");
  const events = entries.map(([, fields]) => JSON.parse(String(fields[1])));
  return [...new Map(events.map((event) => [event.eventId, event.data])).values()];
}

test("a stuck stream raises one alert, a restart no second one, and it is told when it is over", async () => {
  await queue.addWorker();
  await queue.fill("turns", 1, [3_600_000], 1);
  const env = { ...queue.env, SIMULATOR: "on" };
  const first = await startLeadline("scheduler", env);
  await first.ready();
  await eventually(async () => (await told()).length === 1, { timeoutMs: 20_000 });
  first.kill("SIGKILL");
  await first.exited;
  const second = await startLeadline("scheduler", env);
  await second.ready();
  const metrics = async () => await (await fetch(`${second.url}/metrics`)).text();
  await eventually(async () =>
    (await metrics()).includes('leadline_queue_alert{rule="oldest_age",stream="turns"} 1'),
  );
  expect(await metrics()).toContain(
    'leadline_stream_pending_by_age{stream="turns",partition="1",age="older"} 1',
  );
  // Another alert tells that the second leader has judged by now.
  await queue.fill("memory", 0, [3_600_000], 0);
  await eventually(async () => (await told()).length >= 2, { timeoutMs: 20_000 });
  expect(await told()).toMatchObject([
    { rule: "oldest_age", stream: "turns", state: "raised" },
    { rule: "oldest_age", stream: "memory", state: "raised" },
  ]);
  const key = keyOf(queue.keyspace, 1, "turns");
  const [entry] = await queue.redis.probe.xrange(key, "-", "+");
  await queue.redis.probe.xack(key, GROUP, entry?.[0] ?? "");
  await eventually(async () => (await told()).length === 3, { timeoutMs: 20_000 });
  const [raised, , cleared] = await told();
  expect(cleared).toMatchObject({ state: "cleared", alertId: raised?.alertId ?? "" });
  expect(await metrics()).toContain('leadline_queue_alert{rule="oldest_age",stream="turns"} 0');
}, 90_000);
