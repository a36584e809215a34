import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  COMMAND_DEADLINE_MS,
  connected,
  readServerFacts,
  serverProblems,
} from "../../streams/connection.ts";
import { QueueUnavailableError } from "../../streams/errors.ts";
import { createPublisher } from "../../streams/publish.ts";
import { BLOCK_MS, keyOf } from "../../streams/topology.ts";
import {
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  pendingCount,
  producerTo,
  recordingLog,
  stopAll,
  turnEntry,
  until,
} from "./support/harness.ts";
import { type FaultProxy, startProxy } from "./support/proxy.ts";
import { startRedis, type TestServer } from "./support/redis-server.ts";

let redis: TestServer;
let proxy: FaultProxy;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  proxy = await startProxy(redis.port);
});
afterEach(async () => {
  await stopAll();
  proxy.stop();
});
afterAll(() => redis.stop());

describe("invariant 23: no promise waits forever", () => {
  test("a lost reply is a prompt rejection and exactly one entry, and the next append works", async () => {
    const keyspace = freshKeyspace();
    const client = producerTo(proxy.url);
    await connected(client, 2_000);
    const publish = createPublisher({ redis: client, keyspace });
    const append = () => publish.append([{ stream: "inbound", entry: inboundEntry() }]);
    await append();
    proxy.loseNextReply();
    const startedAt = performance.now();
    await expect(append()).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(500);
    await connected(client, 2_000);
    expect(await redis.probe.xlen(keyOf(keyspace, 0, "inbound"))).toBe(2);
    await append();
    expect(await redis.probe.xlen(keyOf(keyspace, 0, "inbound"))).toBe(3);
    client.disconnect();
  });

  test("on a half-open network it rejects by its deadline and then finds a new connection", async () => {
    const keyspace = freshKeyspace();
    const client = producerTo(proxy.url);
    await connected(client, 2_000);
    const publish = createPublisher({ redis: client, keyspace });
    proxy.blackHole();
    const startedAt = performance.now();
    const swallowed = publish.append([
      { stream: "inbound", entry: inboundEntry(1) },
      { stream: "inbound", entry: inboundEntry(2) },
    ]);
    await expect(swallowed).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(COMMAND_DEADLINE_MS + 500);
    proxy.heal();
    await until("works again", async () => {
      await connected(client, 5_000);
      return await publish.append([{ stream: "inbound", entry: inboundEntry(3) }]).then(
        () => true,
        () => false,
      );
    });
    expect(await redis.probe.xlen(keyOf(keyspace, 0, "inbound"))).toBe(1);
    client.disconnect();
  }, 20_000);

  test("a server that accepts and never answers the handshake is an error by the deadline", async () => {
    proxy.blackHole();
    const client = producerTo(proxy.url);
    await expect(connected(client, 400)).rejects.toBeInstanceOf(QueueUnavailableError);
    await until("tries another connection", () => proxy.accepted > 1, 6_000);
    proxy.heal();
    await connected(client, 6_000);
    client.disconnect();
  }, 20_000);

  test("a server that comes up late is waited for", async () => {
    const late = await startRedis();
    await late.kill();
    const log = recordingLog();
    const client = producerTo(late.url, log);
    const ready = connected(client, 5_000);
    await until("failed once", () => log.lines.length > 0);
    await late.start();
    await ready;
    expect(await client.of(0).ping()).toBe("PONG");
    client.disconnect();
    await late.stop();
  });

  test("whatever ends a connection that nobody closed, it comes back", async () => {
    const client = producerTo(proxy.url);
    await connected(client, 2_000);
    client.of(0).disconnect();
    await until("is gone", () => client.of(0).status === "end");
    await connected(client, 2_000);
    expect(await client.of(0).ping()).toBe("PONG");
    client.disconnect();
    await until("is gone", () => client.of(0).status === "end");
    await expect(connected(client, 500)).rejects.toBeInstanceOf(QueueUnavailableError);
  });
});

describe("invariant 17: entries of a dead or half-open consumer are taken over", () => {
  test("an entry whose reply was lost is handled within seconds, as its first try", async () => {
    const keyspace = freshKeyspace();
    const tries: number[] = [];
    const running = await consume({
      url: proxy.url,
      keyspace,
      handlers: {
        turns: async ([delivery]) => {
          tries.push(delivery?.tries ?? 0);
        },
      },
    });
    proxy.loseNextReply('"conversationId"');
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("the reply is lost", () => proxy.lost === 1);
    await until("handled", () => tries.length === 1);
    expect(tries).toEqual([1]);
    expect(running.reclaimed).toEqual([{ stream: "turns", from: "lost-reply" }]);
    await until("settled", async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0);
  });

  test("a half-open connection is replaced and reading goes on", async () => {
    const keyspace = freshKeyspace();
    const seen: string[] = [];
    await consume({
      url: proxy.url,
      keyspace,
      handlers: {
        turns: async ([delivery]) => {
          seen.push(delivery?.entry.conversationId ?? "");
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry("before"));
    await until("reads", () => seen.length === 1);
    proxy.blackHole();
    await add(redis.probe, keyspace, "turns", turnEntry("during"));
    await Bun.sleep(BLOCK_MS / 4);
    proxy.heal();
    await add(redis.probe, keyspace, "turns", turnEntry("after"));
    await until("reads again", () => seen.includes("after"), 10_000);
    await until("lost nothing", () => seen.includes("during"), 5_000);
  }, 20_000);
});

describe("the boot check", () => {
  const facts = { version: "7.0.15", runId: "x", maxmemoryPolicy: "noeviction", appendOnly: true };

  describe("invariant 30: a full Redis is back-pressure, not loss; an evicting one is refused", () => {
    test("refuses servers that are too old or drop work, and names both at once", () => {
      expect(serverProblems(facts)).toEqual([]);
      expect(serverProblems({ ...facts, version: "10.1.0" })).toEqual([]);
      expect(serverProblems({ ...facts, version: "6.2.7" })).toHaveLength(1);
      expect(
        serverProblems({ ...facts, version: "6.2.7", maxmemoryPolicy: "allkeys-lru" }),
      ).toHaveLength(2);
    });

    test("consumers do not start on a server that evicts", async () => {
      const evicting = await startRedis({ extra: ["--maxmemory-policy", "allkeys-lru"] });
      expect((await readServerFacts(evicting.probe)).maxmemoryPolicy).toBe("allkeys-lru");
      await expect(
        consume({ url: evicting.url, keyspace: freshKeyspace(), handlers: {} }),
      ).rejects.toThrow(/noeviction/);
      await evicting.stop();
    });

    test("a server that turns out to evict after a reconnect is complained about", async () => {
      const turning = await startRedis();
      const { log } = await consume({ url: turning.url, keyspace: freshKeyspace(), handlers: {} });
      await turning.probe.config("SET", "maxmemory-policy", "allkeys-lru");
      await turning.probe.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await until("said so", () =>
        log.lines.some((line) => line.includes("would drop queued work")),
      );
      await stopAll();
      await turning.stop();
    });
  });

  test("an address that is no Redis URL is refused", () => {
    expect(() => producerTo("http://127.0.0.1")).toThrow(QueueUnavailableError);
  });
});
