import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { backoffMs } from "../../streams/retry.ts";
import { GROUP, keyOf, RETRY_CONSUMER } from "../../streams/topology.ts";
import {
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  pendingCount,
  pendingRows,
  stopAll,
  Transient,
  turnEntry,
  until,
} from "./support/harness.ts";
import { startRedis, type TestServer } from "./support/redis-server.ts";

let redis: TestServer;
beforeAll(async () => {
  redis = await startRedis({ appendOnly: true });
});
afterEach(stopAll);
afterAll(() => redis.stop());

/** Consumers of `turns` that note what they handled and how often streams were lost. */
async function listening(handle: () => Promise<void> = async () => undefined) {
  const keyspace = freshKeyspace();
  const handled: string[] = [];
  let losses = 0;
  const running = await consume({
    url: redis.url,
    keyspace,
    onStreamsLost: () => {
      losses += 1;
    },
    handlers: {
      turns: async ([delivery]) => {
        handled.push(delivery?.entry.conversationId ?? "");
        await handle();
      },
    },
  });
  return { keyspace, handled, running, losses: () => losses };
}

/** The reader waits in BLOCK once its consumer is known to the group. */
function isBlocking(keyspace: ReturnType<typeof freshKeyspace>) {
  return until("reads", async () => {
    const groups = await redis.probe.xinfo("CONSUMERS", keyOf(keyspace, 0, "turns"), GROUP);
    const clients = String(await redis.probe.client("LIST"));
    return Array.isArray(groups) && /cmd=xreadgroup/.test(clients);
  });
}

describe("invariant 24: a lost group heals itself", () => {
  test("FLUSHALL during a blocking read heals, tells the owner, and loses nothing added later", async () => {
    const { keyspace, handled, losses } = await listening();
    await isBlocking(keyspace);
    await redis.probe.flushall();
    await add(redis.probe, keyspace, "turns", turnEntry("after"));
    await until("handled", () => handled.includes("after"));
    expect(losses()).toBeGreaterThanOrEqual(1);
    await until("settled", async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0);
  });

  test("FLUSHALL during a handler heals, and the handler's end settles nothing", async () => {
    const held = Promise.withResolvers<void>();
    const { keyspace, handled, running, losses } = await listening(() => held.promise);
    await add(redis.probe, keyspace, "turns", turnEntry("during"));
    await until("runs", () => handled.length === 1);
    await redis.probe.flushall();
    await until("told", () => losses() >= 1);
    held.resolve();
    await until("ended", () => running.outcomes.length === 1);
    expect(running.outcomes[0]?.outcome).toBe("lost");
    await add(redis.probe, keyspace, "turns", turnEntry("after"));
    await until("handled", () => handled.includes("after"));
  });

  test("XGROUP DESTROY during a blocking read heals from the stream's beginning", async () => {
    const { keyspace, handled, losses } = await listening();
    await isBlocking(keyspace);
    const key = keyOf(keyspace, 0, "turns");
    await redis.probe
      .multi()
      .xadd(key, "*", "d", JSON.stringify(turnEntry("unread")))
      .xgroup("DESTROY", key, GROUP)
      .exec();
    await until("handled", () => handled.includes("unread"));
    expect(losses()).toBe(1);
  });
});

describe("a Redis that restarts", () => {
  test("invariant 19: tries that were spent stay spent, and the next one waits as long as it had to", async () => {
    const keyspace = freshKeyspace();
    const tries: { count: number; atMs: number }[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        inbound: async ([delivery]) => {
          tries.push({ count: delivery?.tries ?? 0, atMs: performance.now() });
          if (tries.length < 3) throw new Transient("again");
        },
      },
    });
    const id = await add(redis.probe, keyspace, "inbound", inboundEntry());
    await until("the second try has failed", async () => {
      const [row] = await pendingRows(redis.probe, keyspace, "inbound");
      return tries.length === 2 && row?.owner === RETRY_CONSUMER;
    });
    await redis.kill();
    await redis.start();
    await until("the third try", () => tries.length === 3, 20_000);
    expect(tries.map(({ count }) => count)).toEqual([1, 2, 3]);
    const [, second, third] = tries;
    const waitedMs = (third?.atMs ?? 0) - (second?.atMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(backoffMs(2, id));
  }, 30_000);

  test("with its data: what was appended is handled, what was running is settled", async () => {
    const held = Promise.withResolvers<void>();
    const { keyspace, handled, running } = await listening(() => held.promise);
    await add(redis.probe, keyspace, "turns", turnEntry("before"));
    await until("runs", () => handled.length === 1);
    await redis.kill();
    held.resolve();
    await redis.start();
    await add(redis.probe, keyspace, "turns", turnEntry("after"));
    await until("goes on", () => handled.includes("after"), 10_000);
    await until(
      "settles",
      async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0,
      10_000,
    );
    expect(handled.filter((name) => name === "before")).toHaveLength(1);
    expect(running.consumers.stuck()).toBeNull();
  }, 25_000);
});
