import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { backoffMs } from "../../streams/retry.ts";
import { keyOf } from "../../streams/topology.ts";
import {
  add,
  consume,
  freshKeyspace,
  Poison,
  pendingCount,
  pendingRows,
  specsWith,
  stopAll,
  Transient,
  turnEntry,
  until,
} from "./support/harness.ts";
import { sharedRedis, startRedis } from "./support/redis-server.ts";

afterEach(stopAll);

describe("invariant 18: poison ends in the dead letters, and others keep flowing", () => {
  const kinds = {
    "throws that it is hopeless": "poison",
    "fails every time": "exhausted",
    "is no entry at all": "malformed",
    "hangs every time": "crashed",
    "kills its process": "crashed",
  } as const;

  for (const [kind, errorClass] of Object.entries(kinds)) {
    test(`one that ${kind} is buried as ${errorClass}`, async () => {
      const redis = await sharedRedis();
      const keyspace = freshKeyspace();
      const dead = keyOf(keyspace, 0, "dead");
      if (kind === "kills its process") await killOne(redis.url, keyspace.prefix, redis.probe);
      else if (kind === "is no entry at all") {
        await redis.probe.xadd(keyOf(keyspace, 0, "turns"), "*", "d", "{no json");
      } else await add(redis.probe, keyspace, "turns", turnEntry("bad"));
      const handled = new Set<string>();
      await consume({
        url: redis.url,
        keyspace,
        specs: specsWith({ turns: { maxTries: 1, leaseMs: 500 } }),
        handlers: {
          turns: async ([delivery]) => {
            const id = delivery?.entry.conversationId ?? "";
            if (id !== "bad") return void handled.add(id);
            if (kind === "throws that it is hopeless") throw new Poison("hopeless");
            if (kind === "fails every time") throw new Transient("again");
            await new Promise(() => undefined);
          },
        },
      });
      for (let index = 0; index < 50; index += 1) {
        await add(redis.probe, keyspace, "turns", turnEntry(`good-${index}`));
      }
      await until("the others are handled", () => handled.size === 50, 5_000);
      await until("buried", async () => (await redis.probe.xlen(dead)) === 1, 30_000);
      const [letter] = await redis.probe.xrange(dead, "-", "+");
      expect(JSON.parse(letter?.[1][1] ?? "")).toMatchObject({ errorClass, stream: "turns" });
      await until(
        "nothing is pending",
        async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0,
      );
      await redis.stop();
    }, 45_000);
  }

  /** A process takes the entry and dies with it. */
  async function killOne(
    url: string,
    prefix: string,
    probe: Awaited<ReturnType<typeof sharedRedis>>["probe"],
  ) {
    const keyspace = { prefix, partitions: 1 };
    const script = join(import.meta.dir, "support", "dying-victim.ts");
    const child = Bun.spawn([process.execPath, "--no-env-file", script, url, prefix], {
      stdout: "ignore",
      stderr: "ignore",
    });
    await until(
      "it serves",
      async () => (await probe.exists(keyOf(keyspace, 0, "turns"))) === 1,
      10_000,
    );
    await add(probe, keyspace, "turns", turnEntry("bad"));
    expect(await child.exited).toBe(7);
  }
});

describe("invariant 19: attempt count and backoff survive restart", () => {
  test("of the worker and of Redis between any two tries: the schedule is the model's", async () => {
    const redis = await startRedis({ appendOnly: true });
    const keyspace = freshKeyspace();
    const tries: { tries: number; atMs: number }[] = [];
    const serve = () =>
      consume({
        url: redis.url,
        keyspace,
        specs: specsWith({ turns: { maxTries: 5 } }),
        handlers: {
          turns: async ([delivery]) => {
            tries.push({ tries: delivery?.tries ?? 0, atMs: performance.now() });
            throw new Transient("not yet");
          },
        },
      });
    await serve();
    const id = await add(redis.probe, keyspace, "turns", turnEntry());
    for (let count = 1; count <= 3; count += 1) {
      await until(`tried ${count} times`, () => tries.length === count, 15_000);
      await until("it waits", async () => {
        const [row] = await pendingRows(redis.probe, keyspace, "turns");
        return row?.owner === "~retry" && row.tries === count;
      });
      await stopAll();
      await redis.kill();
      await redis.start();
      const [row] = await pendingRows(redis.probe, keyspace, "turns");
      expect(row).toMatchObject({ id, owner: "~retry", tries: count });
      await serve();
    }
    await until("tried four times", () => tries.length === 4, 15_000);
    expect(tries.map((one) => one.tries)).toEqual([1, 2, 3, 4]);
    for (let count = 1; count < 4; count += 1) {
      const waitedMs = (tries[count]?.atMs ?? 0) - (tries[count - 1]?.atMs ?? 0);
      // Entry ids, and so the jitter, are known before the first try; nothing rolls it again.
      expect(waitedMs).toBeGreaterThanOrEqual(backoffMs(count, id) - 20);
    }
    await redis.stop();
  }, 60_000);
});
