import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { connected, type Producer } from "../../streams/connection.ts";
import { runScript, scripts } from "../../streams/scripts.ts";
import { aliveKeyOf, GROUP, keyOf } from "../../streams/topology.ts";
import {
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  pendingCount,
  pendingRows,
  producerTo,
  specsWith,
  stopAll,
  turnEntry,
  until,
} from "./support/harness.ts";
import { sharedRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
let control: Producer;
beforeAll(async () => {
  redis = await sharedRedis();
  control = producerTo(redis.url);
  await connected(control, 2_000);
});
const victims: Bun.Subprocess[] = [];
async function killVictims(): Promise<void> {
  for (const victim of victims.splice(0)) {
    victim.kill("SIGKILL");
    await victim.exited;
  }
}
afterEach(async () => {
  await killVictims();
  await stopAll();
});
afterAll(async () => {
  control.disconnect();
  await redis.stop();
});

/** A stream whose first entry is held by `zombie`, taken over by `heir` for the second try. */
async function takenOver() {
  const keyspace = freshKeyspace();
  const key = keyOf(keyspace, 0, "turns");
  await redis.probe.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
  const id = await add(redis.probe, keyspace, "turns", turnEntry());
  await redis.probe.xreadgroup("GROUP", GROUP, "zombie", "STREAMS", key, ">");
  await runScript(control.of(0), scripts.take, [key], [GROUP, "heir", id, "zombie", 1, 0, 2]);
  return { keyspace, key, id };
}

describe("invariant 9: settling", () => {
  test("a zombie can neither acknowledge, hand over nor bury what another has taken", async () => {
    const { keyspace, key, id } = await takenOver();
    const before = await pendingRows(redis.probe, keyspace, "turns");
    const dead = keyOf(keyspace, 0, "dead");
    await runScript(control.of(0), scripts.acknowledge, [key], [GROUP, "zombie", id, 1]);
    await runScript(
      control.of(0),
      scripts.handOver,
      [key],
      [GROUP, "zombie", "~retry", id, 1, 1, 0],
    );
    await runScript(control.of(0), scripts.bury, [key, dead], [GROUP, "zombie", id, 1, "{}"]);
    const after = await pendingRows(redis.probe, keyspace, "turns");
    expect(after).toEqual([{ ...before[0], idleMs: after[0]?.idleMs ?? -1 } as never]);
    expect(after[0]).toMatchObject({ owner: "heir", tries: 2 });
    expect(await redis.probe.exists(dead)).toBe(0);
  });

  test("an earlier delivery to the same consumer cannot settle a later one", async () => {
    const { keyspace, key, id } = await takenOver();
    await runScript(control.of(0), scripts.acknowledge, [key], [GROUP, "heir", id, 1]);
    expect(await pendingCount(redis.probe, keyspace, "turns")).toBe(1);
    await runScript(control.of(0), scripts.acknowledge, [key], [GROUP, "heir", id, 2]);
    expect(await pendingCount(redis.probe, keyspace, "turns")).toBe(0);
  });

  test("a delivery count alone does not make an owner", async () => {
    const { keyspace, key, id } = await takenOver();
    const dead = keyOf(keyspace, 0, "dead");
    await runScript(control.of(0), scripts.acknowledge, [key], [GROUP, "zombie", id, 2]);
    await runScript(
      control.of(0),
      scripts.handOver,
      [key],
      [GROUP, "zombie", "~retry", id, 2, 2, 0],
    );
    await runScript(control.of(0), scripts.bury, [key, dead], [GROUP, "zombie", id, 2, "{}"]);
    await runScript(control.of(0), scripts.take, [key], [GROUP, "thief", id, "zombie", 2, 0, 3]);
    await runScript(control.of(0), scripts.take, [key], [GROUP, "thief", id, "heir", 2, 60_000, 3]);
    expect(await pendingRows(redis.probe, keyspace, "turns")).toMatchObject([
      { owner: "heir", tries: 2 },
    ]);
    expect(await redis.probe.exists(dead)).toBe(0);
  });

  test("of several takers one wins", async () => {
    const { key, id } = await takenOver();
    const replies = await Promise.all(
      ["a", "b", "c"].map((taker) =>
        runScript(control.of(0), scripts.take, [key], [GROUP, taker, id, "heir", 2, 0, 3]),
      ),
    );
    const taken = replies.map((reply) => (reply as [unknown[]])[0].length);
    expect(taken).toEqual([1, 0, 0]);
  });

  test("a handler that finishes after its entry was taken settles nothing and learns it", async () => {
    const keyspace = freshKeyspace();
    const held = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    let id = "";
    const running = await consume({
      url: redis.url,
      keyspace,
      consumerId: "slow",
      specs: specsWith({ turns: { leaseMs: 3_000 } }),
      handlers: {
        turns: async ([delivery]) => {
          id = delivery?.id ?? "";
          delivery?.signal.addEventListener("abort", () => aborted.resolve());
          await held.promise;
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("runs", () => id !== "");
    await redis.probe.set(aliveKeyOf(keyspace, 0, "thief"), "1", "EX", 30);
    await redis.probe.xclaim(keyOf(keyspace, 0, "turns"), GROUP, "thief", "0", id, "RETRYCOUNT", 2);
    await aborted.promise;
    held.resolve();
    await until("reported", () => running.outcomes.length === 1);
    expect(running.outcomes).toEqual([{ stream: "turns", outcome: "lost" }]);
    expect((await pendingRows(redis.probe, keyspace, "turns"))[0]?.owner).toBe("thief");
  });
});

describe("invariants 17 and 18: liveness", () => {
  test("a handler longer than its lease keeps its entry, and its count stays", async () => {
    const keyspace = freshKeyspace();
    const handlers = () => ({ turns: async () => await held.promise });
    const held = Promise.withResolvers<void>();
    const specs = specsWith({ turns: { leaseMs: 2_500 } });
    const first = await consume({
      url: redis.url,
      keyspace,
      consumerId: "first",
      specs,
      handlers: handlers(),
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("runs", async () => (await pendingCount(redis.probe, keyspace, "turns")) === 1);
    const second = await consume({
      url: redis.url,
      keyspace,
      consumerId: "second",
      specs,
      handlers: handlers(),
    });
    await Bun.sleep(6_000);
    expect(await pendingRows(redis.probe, keyspace, "turns")).toMatchObject([
      { owner: "first", tries: 1 },
    ]);
    held.resolve();
    await until("done", () => first.outcomes.length === 1);
    expect(first.outcomes[0]?.outcome).toBe("done");
    expect(second.reclaimed).toEqual([]);
  }, 15_000);

  test("a handler that hangs loses its entry, is told, and half of them hung is stuck", async () => {
    const keyspace = freshKeyspace();
    const tries: number[] = [];
    let aborted = 0;
    const running = await consume({
      url: redis.url,
      keyspace,
      specs: specsWith({ turns: { leaseMs: 300, concurrency: 2 } }),
      handlers: {
        turns: async ([delivery]) => {
          tries.push(delivery?.tries ?? 0);
          if (tries.length > 1) return;
          delivery?.signal.addEventListener("abort", () => {
            aborted += 1;
          });
          await new Promise(() => undefined);
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("taken over", () => tries.length === 2, 12_000);
    expect(tries).toEqual([1, 2]);
    expect(aborted).toBe(1);
    expect(running.reclaimed).toEqual([{ stream: "turns", from: "hung-handler" }]);
    expect(running.consumers.stuck()).toMatch(/turns/);
    await until("settled", async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0);
  }, 20_000);

  test("a batch of an ordered stream that hangs holds the next one up only until it is given up", async () => {
    const keyspace = freshKeyspace();
    const items: unknown[] = [];
    await consume({
      url: redis.url,
      keyspace,
      specs: specsWith({ inbound: { leaseMs: 300, batchSize: 1 } }),
      handlers: {
        inbound: async ([delivery]) => {
          items.push(delivery?.entry.item);
          if (delivery?.tries === 1 && items.length === 1) await new Promise(() => undefined);
        },
      },
    });
    await add(redis.probe, keyspace, "inbound", inboundEntry("hangs"));
    await until("hangs", () => items.length === 1);
    await add(redis.probe, keyspace, "inbound", inboundEntry("behind"));
    await until("both handled", () => items.length === 3, 12_000);
    expect(items).toEqual(["hangs", "behind", "hangs"]);
    await until(
      "settled",
      async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 0,
    );
  }, 20_000);

  test("entries of a killed process are taken over within ten seconds, and each runs alone", async () => {
    const keyspace = freshKeyspace();
    const victim = Bun.spawn(
      [process.execPath, join(import.meta.dir, "support/victim.ts"), redis.url, keyspace.prefix],
      { stdout: "ignore", stderr: "inherit" },
    );
    victims.push(victim);
    for (let index = 0; index < 3; index += 1) {
      await add(redis.probe, keyspace, "inbound", inboundEntry(index));
    }
    await until(
      "the victim holds all",
      async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 3,
      10_000,
    );
    await killVictims();
    const killedAt = performance.now();
    const calls: number[][] = [];
    const running = await consume({
      url: redis.url,
      keyspace,
      handlers: {
        inbound: async (deliveries) => {
          calls.push(deliveries.map(({ tries }) => tries));
        },
      },
    });
    await until("taken over", () => calls.length === 3, 10_000);
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    expect(calls).toEqual([[2], [2], [2]]);
    expect(new Set(running.reclaimed.map(({ from }) => from))).toEqual(new Set(["dead-owner"]));
    await until(
      "settled",
      async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 0,
    );
  }, 25_000);

  test("entries that died with several owners are taken one at a time, then buried as crashed", async () => {
    const keyspace = freshKeyspace();
    const key = keyOf(keyspace, 0, "inbound");
    await redis.probe.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
    for (const item of ["killer", "bystander", "bystander"]) {
      await add(redis.probe, keyspace, "inbound", inboundEntry(item));
    }
    await redis.probe.xreadgroup("GROUP", GROUP, "corpse", "STREAMS", key, ">");
    const rows = await pendingRows(redis.probe, keyspace, "inbound");
    for (const [index, { id }] of rows.entries()) {
      const tries = index === 0 ? 5 : 2;
      await redis.probe.xclaim(key, GROUP, "corpse", "0", id, "RETRYCOUNT", tries, "JUSTID");
    }
    let running = 0;
    let most = 0;
    const items: unknown[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        inbound: async ([delivery]) => {
          running += 1;
          most = Math.max(most, running);
          await Bun.sleep(20);
          running -= 1;
          items.push(delivery?.entry.item);
        },
      },
    });
    await until("bystanders handled", () => items.length === 2);
    expect(items).toEqual(["bystander", "bystander"]);
    expect(most).toBe(1);
    const [buried] = await redis.probe.xrange(keyOf(keyspace, 0, "dead"), "-", "+");
    expect(JSON.parse(buried?.[1][1] ?? "{}")).toMatchObject({ errorClass: "crashed", tries: 5 });
  });
});
