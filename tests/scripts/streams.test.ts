import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readArguments } from "../../scripts/streams/arguments.ts";
import { tableOf, unpainted, WIDTH } from "../../scripts/streams/table.ts";
import { newId } from "../../src/lib/ids.ts";
import type { Queue } from "../../src/modules/queue/model.ts";
import { breakerKeyOf, keyOf } from "../../streams/topology.ts";
import { createStuckQueue } from "../support/stuck-queue.ts";

const ROOT = join(import.meta.dir, "..", "..");
const HOUR = 3_600_000;

let queue: Awaited<ReturnType<typeof createStuckQueue>>;
beforeAll(async () => {
  queue = await createStuckQueue("streams command");
  await queue.fill("turns", 0, [3 * HOUR, 3 * HOUR, 30_000, 30_000, 5_000], 4);
  await queue.fill("turns", 1, [2 * HOUR, 1_000], 0);
  await queue.fill("inbound", 1, [20_000], 1);
  await queue.addWorker();
  await queue.bury("memory", 3);
  const { probe } = queue.redis;
  // So few that the share of them which counts in the next minute's first seconds is rounded up to all.
  const tally = `${keyOf(queue.keyspace, 0, "tally")}:${Math.floor(Date.now() / 60_000)}`;
  await probe.hset(tally, "inbound/done", 7, "inbound/reclaimed", 4, "turns/buried", 2);
  await probe.set(breakerKeyOf(queue.keyspace, 1, "model"), Date.now() - 10 * 60_000);
  await queue.db.rows`insert into queue_alerts (rule, stream, id, value, threshold, text)
    values ('oldest_age', 'turns', ${newId()}, 10800000, 120000, 'Turns have waited for 3 h.'),
      ('stream_full', 'inbound', ${newId()}, 1, 0.8, 'This one is over.')`;
  await queue.db.rows`update queue_alerts set cleared_at = now() where rule = 'stream_full'`;
}, 30_000);
afterAll(() => queue.close());

/** The command as a real process, its output no terminal. */
async function run(...args: string[]) {
  const child = Bun.spawn([process.execPath, "--no-env-file", "scripts/streams.ts", ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...queue.env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, error] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { out, error, code: await child.exited };
}

/** A line's cells. */
function cells(out: string, name: string): string[] {
  const line = out.split("\n").find((one) => one.startsWith(`${name} `)) ?? "";
  return line.trim().split(/\s+/);
}

describe("bun run streams", () => {
  test("--once shows the numbers of the queue as it is, and ends", async () => {
    const { out, error, code } = await run("--once");
    expect({ error, code }).toEqual({ error: "", code: 0 });
    // depth, lag, running, waiting, oldest, four ages, tries, four rates, dead
    expect(cells(out, "turns")).toEqual("turns 7 3 4 0 3h 0 0 2 2 0 0 0 0 2 0".split(" "));
    expect(cells(out, "inbound").slice(0, 5)).toEqual("inbound 1 0 1 0".split(" "));
    expect(cells(out, "inbound").slice(10)).toEqual("0 7 0 4 0 0".split(" "));
    expect(cells(out, "memory").at(-1)).toBe("3");
    expect(out).toContain("1 worker alive");
    expect(out).toContain("8 open");
    expect(out).toContain("! Turns have waited for 3 h.");
    expect(out).toContain("! model is away for 10min");
    expect(out).not.toContain("This one is over");
    expect(cells(out, "  0")).toEqual(["0", "5", "1", "4", "3h"]);
    expect(out).not.toContain("\u001b");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(WIDTH);
  });

  test("--json is what the API answers, in one line", async () => {
    const { out, code } = await run("--once", "--json");
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(1);
    const found = JSON.parse(out);
    expect(found.streams.find((one: { stream: string }) => one.stream === "turns")).toMatchObject({
      ...{ depth: 7, lag: 3, running: 4 },
      byAge: { under1s: 0, under10s: 0, under60s: 2, older: 2 },
    });
    expect(found.alerts).toMatchObject([{ rule: "oldest_age", stream: "turns", state: "raised" }]);
  });

  test("goes on until it is told to stop, a look every time", async () => {
    const child = Bun.spawn(
      [process.execPath, "--no-env-file", "scripts/streams.ts", "--json", "--every", "200ms"],
      { cwd: ROOT, env: { PATH: process.env["PATH"], ...queue.env }, stdout: "pipe" },
    );
    let lines = 0;
    const reader = child.stdout.getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      lines += new TextDecoder().decode(chunk.value).split("\n").length - 1;
      if (lines >= 3) child.kill("SIGINT");
    }
    expect(await child.exited).toBe(0);
    expect(lines).toBeGreaterThanOrEqual(3);
  });

  test("says what is wrong with what it was asked, and with where it looks", async () => {
    expect(await run("--every", "soon")).toMatchObject({ code: 2, out: "" });
    const { REDIS_URL } = queue.env;
    queue.env.REDIS_URL = "redis://127.0.0.1:1";
    const { error, code } = await run("--once");
    queue.env.REDIS_URL = REDIS_URL;
    expect(code).toBe(1);
    expect(error).toContain("ECONNREFUSED");
    expect(error.trim().split("\n")).toHaveLength(1);
  }, 20_000);
});

test("arguments", () => {
  expect(readArguments([])).toEqual({ once: false, json: false, everyMs: 1_000 });
  expect(readArguments(["--every", "1.5s"])).toMatchObject({ everyMs: 1_500 });
  expect(readArguments(["--every", "100ms"])).toBeString();
  expect(readArguments(["--what"])).toBeString();
  expect(readArguments(["-h"])).toBeNull();
});

test("the table keeps its width whatever the numbers are", () => {
  const many = 123_456_789;
  const row = (stream: string): Queue["streams"][number] => ({
    ...{ stream, depth: many, lag: many, running: many, waiting: many, dead: many },
    ...{ length: many, fullness: 1, looked: 500, oldestAgeMs: 900 * HOUR },
    byAge: { under1s: many, under10s: many, under60s: many, older: many },
    byTries: { once: many, twice: many, threeOrFour: many, more: many },
    perMinute: { done: many, retried: many, reclaimed: many, buried: many },
    partitions: [0, 1].map((partition) => ({
      ...{ partition, depth: many, lag: many, pending: many, oldestAgeMs: 900 * HOUR },
    })),
  });
  const lines = tableOf(
    {
      ...{ streams: [row("inbound"), row("receipts")], workers: 999, breakers: [], alerts: [] },
      delayed: { count: many, overdueMs: many },
    },
    new Date(),
    unpainted,
  );
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(WIDTH);
});
