import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connected, type Producer } from "../../streams/connection.ts";
import { moveDue } from "../../streams/delay.ts";
import { QueueUnavailableError } from "../../streams/errors.ts";
import { partitionOf } from "../../streams/hash.ts";
import { createPublisher } from "../../streams/publish.ts";
import { EVENTS_MAX_LENGTH, keyOf } from "../../streams/topology.ts";
import {
  freshKeyspace,
  inboundEntry,
  producerTo,
  recordingLog,
  turnEntry,
} from "./support/harness.ts";
import { startRedis, type TestServer } from "./support/redis-server.ts";

let redis: TestServer;
let client: Producer;
beforeAll(async () => {
  redis = await startRedis();
  client = producerTo(redis.url);
  await connected(client, 2_000);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

function setup(partitions = 1) {
  const keyspace = freshKeyspace(partitions);
  return { keyspace, publish: createPublisher({ redis: client, keyspace }) };
}

async function bodies(key: string): Promise<unknown[]> {
  const entries = await redis.probe.xrange(key, "-", "+");
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? "null"));
}

async function scriptsRun(): Promise<number> {
  const stats = await redis.probe.info("commandstats");
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
}

const notice = {
  v: 1,
  organizationId: null,
  integrationId: null,
  receivedAt: "2026-01-01T00:00:00.000Z",
  requestId: "request-1",
  item: "unroutable",
} as const;

describe("append", () => {
  test("puts each entry into its organization's partition, those without one into the first", async () => {
    const { keyspace, publish } = setup(4);
    const entries = ["a", "b", "c", "d", "e"].map((organizationId) => ({
      ...inboundEntry(),
      organizationId,
    }));
    await publish.append([
      ...entries.map((entry) => ({ stream: "inbound" as const, entry })),
      { stream: "notices", entry: notice },
    ]);
    for (const entry of entries) {
      const partition = partitionOf(entry.organizationId, 4);
      expect(await bodies(keyOf(keyspace, partition, "inbound"))).toContainEqual(entry);
    }
    expect(await bodies(keyOf(keyspace, 0, "notices"))).toEqual([notice]);
  });

  test("keeps the batch's order, and takes an empty batch", async () => {
    const { keyspace, publish } = setup();
    await publish.append([]);
    await publish.append(
      [1, 2, 3].map((item) => ({ stream: "inbound", entry: inboundEntry(item) })),
    );
    const items = (await bodies(keyOf(keyspace, 0, "inbound"))).map(
      (entry) => (entry as { item: unknown }).item,
    );
    expect(items).toEqual([1, 2, 3]);
  });

  test("rejects when one entry of the batch was refused", async () => {
    const { keyspace, publish } = setup();
    await redis.probe.set(keyOf(keyspace, 0, "turns"), "not a stream");
    const batch = [
      { stream: "inbound" as const, entry: inboundEntry() },
      { stream: "turns" as const, entry: turnEntry() },
    ];
    await expect(publish.append(batch)).rejects.toBeInstanceOf(QueueUnavailableError);
  });

  test("sends batches of one moment in one command, in their order", async () => {
    const { keyspace, publish } = setup();
    await publish.append([{ stream: "inbound", entry: inboundEntry("warm-up") }]);
    const scriptsBefore = await scriptsRun();
    await Promise.all(
      [1, 2, 3].map((item) => publish.append([{ stream: "inbound", entry: inboundEntry(item) }])),
    );
    expect(await scriptsRun()).toBe(scriptsBefore + 1);
    const items = (await bodies(keyOf(keyspace, 0, "inbound"))).map(
      (entry) => (entry as { item: unknown }).item,
    );
    expect(items).toEqual(["warm-up", 1, 2, 3]);
  });

  test("a refused batch does not fail those that travel with it", async () => {
    const { keyspace, publish } = setup();
    await redis.probe.set(keyOf(keyspace, 0, "turns"), "not a stream");
    const inbound = { stream: "inbound" as const, entry: inboundEntry() };
    const [first, spoiled, last] = await Promise.allSettled([
      publish.append([inbound, inbound]),
      publish.append([inbound, { stream: "turns", entry: turnEntry() }]),
      publish.append([inbound]),
    ]);
    expect([first?.status, spoiled?.status, last?.status]).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(spoiled).toMatchObject({ reason: { message: expect.stringContaining("WRONGTYPE") } });
  });

  test("takes more than fits one command, and batches larger than that", async () => {
    const { keyspace, publish } = setup();
    const large = inboundEntry("x".repeat(700_000));
    const batches = [
      Array.from({ length: 450 }, (_, item) => inboundEntry(item)),
      [large],
      [large, large],
      [inboundEntry("last")],
    ];
    await Promise.all(
      batches.map((batch) =>
        publish.append(batch.map((entry) => ({ stream: "inbound" as const, entry }))),
      ),
    );
    expect(await redis.probe.xlen(keyOf(keyspace, 0, "inbound"))).toBe(454);
  });

  describe("invariant 30: a full Redis is back-pressure, not loss; an evicting one is refused", () => {
    test("rejects when Redis is out of memory, and works again when it is not", async () => {
      const { keyspace, publish } = setup();
      await redis.probe.config("SET", "maxmemory", "1");
      const refused = publish.append([{ stream: "inbound", entry: inboundEntry() }]);
      await expect(refused).rejects.toThrow(/OOM/);
      await redis.probe.config("SET", "maxmemory", "0");
      await publish.append([{ stream: "inbound", entry: inboundEntry() }]);
      expect(await redis.probe.xlen(keyOf(keyspace, 0, "inbound"))).toBe(1);
    });

    test("a full stream takes no more until there is room, and holds up no other", async () => {
      const { keyspace } = setup();
      const publish = createPublisher({ redis: client, keyspace, fullAt: 2 });
      const inbound = () => publish.append([{ stream: "inbound", entry: inboundEntry() }]);
      const both = await Promise.allSettled([inbound(), inbound(), inbound()]);
      expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      await expect(inbound()).rejects.toThrow("the stream is full: 2 entries wait");
      await publish.append([{ stream: "turns", entry: turnEntry() }]);
      await redis.probe.xtrim(keyOf(keyspace, 0, "inbound"), "MAXLEN", 1);
      await inbound();
      expect(await redis.probe.xlen(keyOf(keyspace, 0, "inbound"))).toBe(2);
    });
  });

  test("rejects at once while not connected", async () => {
    const offline = producerTo("redis://127.0.0.1:1");
    const publish = createPublisher({ redis: offline, keyspace: freshKeyspace() });
    const refused = publish.append([{ stream: "inbound", entry: inboundEntry() }]);
    await expect(refused).rejects.toBeInstanceOf(QueueUnavailableError);
    await expect(
      publish.schedule([
        { append: { stream: "turns", entry: turnEntry() }, atMs: 1, keep: "latest" },
      ]),
    ).rejects.toBeInstanceOf(QueueUnavailableError);
    await expect(publish.events([event("e-1")])).rejects.toBeInstanceOf(QueueUnavailableError);
    offline.disconnect();
  });
});

describe("schedule", () => {
  const wakeup = (atMs: number, keep: "earliest" | "latest", conversationId = "c-1") => ({
    append: { stream: "turns" as const, entry: turnEntry(conversationId) },
    atMs,
    keep,
  });

  describe("invariant 7: duplicate, late or reordered wake-ups change nothing", () => {
    test("keeps one wake-up per subject and cause, the latest or the earliest as asked", async () => {
      const { keyspace, publish } = setup();
      const key = keyOf(keyspace, 0, "delayed");
      const scores = () => redis.probe.zrange(key, "0", "-1", "WITHSCORES");
      await publish.schedule([wakeup(2_000, "latest"), wakeup(1_000, "latest")]);
      expect((await scores())[1]).toBe("2000");
      await publish.schedule([wakeup(3_000, "latest")]);
      expect((await scores())[1]).toBe("3000");
      await publish.schedule([wakeup(1_500, "earliest"), wakeup(9_000, "earliest")]);
      expect(await scores()).toHaveLength(2);
      expect((await scores())[1]).toBe("1500");
      await publish.schedule([wakeup(5_000, "earliest", "c-2")]);
      expect(await scores()).toHaveLength(4);
    });
  });

  test("does not depend on the order of an entry's fields", async () => {
    const { keyspace, publish } = setup();
    const entry = {
      cause: "message",
      conversationId: "c-1",
      organizationId: "org-1",
      v: 1,
    } as const;
    await publish.schedule([
      wakeup(1_000, "latest"),
      { append: { stream: "turns", entry }, atMs: 2_000, keep: "latest" },
    ]);
    expect(await redis.probe.zcard(keyOf(keyspace, 0, "delayed"))).toBe(1);
  });

  test("a wake-up enters its stream when it is due, once, however many processes move", async () => {
    const { keyspace, publish } = setup();
    let nowMs = 10_000;
    const log = recordingLog();
    const clock = { now: () => new Date(nowMs) };
    const move = () => moveDue({ redis: client.of(0), keyspace, partition: 0, clock, log });
    await publish.schedule([wakeup(10_500, "latest"), wakeup(20_000, "latest", "c-2")]);
    await move();
    expect(await redis.probe.exists(keyOf(keyspace, 0, "turns"))).toBe(0);
    nowMs = 10_500;
    await Promise.all([move(), move(), move()]);
    expect(await bodies(keyOf(keyspace, 0, "turns"))).toEqual([turnEntry("c-1")]);
    expect(await redis.probe.zcard(keyOf(keyspace, 0, "delayed"))).toBe(1);
  });

  test("a wake-up for an unknown stream is kept for a newer process and holds nobody up", async () => {
    const { keyspace, publish } = setup();
    const key = keyOf(keyspace, 0, "delayed");
    await redis.probe.zadd(key, 1, 'hologram\n{"v":1}', 2, "nonsense");
    await publish.schedule([wakeup(3, "latest")]);
    const log = recordingLog();
    const clock = { now: () => new Date(1_000) };
    await moveDue({ redis: client.of(0), keyspace, partition: 0, clock, log });
    expect(await bodies(keyOf(keyspace, 0, "turns"))).toEqual([turnEntry("c-1")]);
    expect(await redis.probe.zrange(key, "0", "-1", "WITHSCORES")).toEqual([
      'hologram\n{"v":1}',
      "61000",
      "nonsense",
      "61000",
    ]);
    expect(log.lines.some((line) => line.startsWith("error"))).toBe(true);
  });
});

describe("events", () => {
  test("are appended in order, and the epoch is made with the stream and then kept", async () => {
    const { keyspace, publish } = setup();
    await publish.events([event("e-1"), event("e-2")]);
    const epoch = await redis.probe.get(keyOf(keyspace, 0, "epoch"));
    await publish.events([event("e-3")]);
    expect(epoch).toBeTruthy();
    expect(await redis.probe.get(keyOf(keyspace, 0, "epoch"))).toBe(epoch);
    expect(await bodies(keyOf(keyspace, 0, "events"))).toEqual(["e-1", "e-2", "e-3"].map(event));
  });

  test("are bounded in number", async () => {
    const { keyspace, publish } = setup();
    await redis.probe.eval(
      `for i = 1, ${EVENTS_MAX_LENGTH + 500} do redis.call('XADD', KEYS[1], '*', 'd', '1') end`,
      1,
      keyOf(keyspace, 0, "events"),
    );
    await publish.events([event("e-1")]);
    const length = await redis.probe.xlen(keyOf(keyspace, 0, "events"));
    expect(length).toBeLessThanOrEqual(EVENTS_MAX_LENGTH + 100);
  });
});

function event(eventId: string) {
  return {
    eventId,
    organizationId: "org-1",
    kind: "lead.updated",
    entityId: "lead-1",
    version: 1,
    data: { stage: "pricing" },
  };
}
