import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { inspectQueue } from "../../streams/inspect.ts";
import { GROUP, type Keyspace, keyOf } from "../../streams/topology.ts";
import {
  add,
  consume,
  freshKeyspace,
  pendingRows,
  producerOver,
  stopAll,
  turnEntry,
  until,
} from "./support/harness.ts";
import { startProxy } from "./support/proxy.ts";
import { sharedRedis, startRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
beforeAll(async () => {
  redis = await sharedRedis();
});
afterEach(stopAll);
afterAll(() => redis.stop());

describe("invariant 22: a stop loses no work and ends in time", () => {
  test("ends an idle process at once and leaves no consumer behind", async () => {
    const keyspace = freshKeyspace();
    const { consumers, outcomes } = await consume({
      url: redis.url,
      keyspace,
      handlers: { turns: async () => undefined },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    const key = keyOf(keyspace, 0, "turns");
    await until("settled", () => outcomes.length === 1);
    const startedAt = performance.now();
    expect(await consumers.stop(5_000)).toEqual({ handedBack: 0 });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(await redis.probe.xinfo("CONSUMERS", key, GROUP)).toEqual([]);
    expect(await redis.probe.keys(`{${keyspace.prefix}:0}:alive*`)).toEqual([]);
  });

  test("waits for running handlers within the grace time", async () => {
    const keyspace = freshKeyspace();
    const held = Promise.withResolvers<void>();
    let started = 0;
    const { consumers, outcomes } = await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async () => {
          started += 1;
          await held.promise;
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("runs", () => started === 1);
    const stopped = consumers.stop(20_000);
    await add(redis.probe, keyspace, "turns", turnEntry("too late"));
    // Whoever leaves stops saying that it lives: only one that waits says so again, and again.
    await aliveAgain(keyspace);
    await aliveAgain(keyspace);
    expect(outcomes).toEqual([]);
    held.resolve();
    expect(await stopped).toEqual({ handedBack: 0 });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["done"]);
    expect(started).toBe(1);
    // Unread, or read by a connection that was just closing and handed back: either way still there.
    const { lag, waiting } = await depthOfTurns(keyspace);
    expect((lag ?? 0) + waiting).toBe(1);
  });

  test("hands back what is not done, and another process has it at once with no try spent", async () => {
    const keyspace = freshKeyspace();
    let aborted = false;
    let started = false;
    const first = await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: ([delivery]) => {
          started = true;
          delivery?.signal.addEventListener("abort", () => {
            aborted = true;
          });
          return new Promise(() => undefined);
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("runs", () => started);
    const tries: number[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async ([delivery]) => {
          tries.push(delivery?.tries ?? 0);
        },
      },
    });
    expect(await first.consumers.stop(50)).toEqual({ handedBack: 1 });
    expect(aborted).toBe(true);
    await until("taken over", () => tries.length === 1, 1_500);
    expect(tries).toEqual([1]);
  });

  test("lets a handler that is called off write down that it was", async () => {
    const keyspace = freshKeyspace();
    const steps: string[] = [];
    const { consumers } = await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async ([delivery]) => {
          steps.push("runs");
          await new Promise((resolve) => delivery?.signal.addEventListener("abort", resolve));
          // Far more round trips than leaving takes.
          for (let trips = 0; trips < 300; trips += 1) await redis.probe.ping();
          steps.push("written down");
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("runs", () => steps.length === 1);
    await consumers.stop(50);
    steps.push("stopped");
    expect(steps).toEqual(["runs", "written down", "stopped"]);
  });

  test("hands back entries whose reply never reached us", async () => {
    const keyspace = freshKeyspace();
    const { consumers } = await consume({
      url: redis.url,
      keyspace,
      consumerId: "me",
      handlers: { turns: async () => undefined },
    });
    const key = keyOf(keyspace, 0, "turns");
    await redis.probe
      .multi()
      .xadd(key, "*", "d", JSON.stringify(turnEntry()))
      .xreadgroup("GROUP", GROUP, "me", "STREAMS", key, ">")
      .exec();
    expect(await consumers.stop(0)).toEqual({ handedBack: 1 });
    expect(await pendingRows(redis.probe, keyspace, "turns")).toMatchObject([
      { owner: "~retry", tries: 0 },
    ]);
  });

  test("takes nothing with it when the server is slow to notice that it left", async () => {
    const keyspace = freshKeyspace();
    const own = await startRedis();
    const proxy = await startProxy(own.port);
    const { consumers } = await consume({
      url: proxy.url,
      keyspace,
      handlers: { turns: async () => undefined },
    });
    await until("reads", async () => /cmd=xreadgroup/.test(String(await own.probe.client("LIST"))));
    proxy.linger();
    await consumers.stop(1_000);
    await add(own.probe, keyspace, "turns", turnEntry());
    expect(await pendingRows(own.probe, keyspace, "turns")).toEqual([]);
    proxy.stop();
    await own.stop();
  });

  test("resolves in time when Redis is gone", async () => {
    const doomed = await startRedis();
    const { consumers } = await consume({
      url: doomed.url,
      keyspace: freshKeyspace(),
      handlers: { turns: async () => undefined },
    });
    await doomed.kill();
    const startedAt = performance.now();
    expect(await consumers.stop(1_000)).toEqual({ handedBack: 0 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await doomed.stop();
  });
});

async function depthOfTurns(keyspace: Keyspace) {
  const { streams } = await inspectQueue({ redis: producerOver(redis.probe), keyspace });
  const depth = streams.find(({ stream }) => stream === "turns");
  if (!depth) throw new Error("No such stream.");
  return depth;
}

/** Resolves when the one process of the keyspace has renewed its alive key. */
async function aliveAgain(keyspace: Keyspace): Promise<void> {
  const [key = ""] = await redis.probe.keys(`{${keyspace.prefix}:0}:alive*`);
  let leftMs = await redis.probe.pttl(key);
  await until("alive again", async () => {
    const before = leftMs;
    leftMs = await redis.probe.pttl(key);
    return leftMs > before;
  });
}
