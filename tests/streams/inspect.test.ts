import { afterAll, beforeAll, expect, test } from "bun:test";
import { connected, type Producer } from "../../streams/connection.ts";
import { inspectDead, listDead } from "../../streams/dead-letter.ts";
import { inspectQueue } from "../../streams/inspect.ts";
import { createPublisher } from "../../streams/publish.ts";
import { GROUP, keyOf } from "../../streams/topology.ts";
import { add, freshKeyspace, producerTo, turnEntry } from "./support/harness.ts";
import { sharedRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
let client: Producer;
beforeAll(async () => {
  redis = await sharedRedis();
  client = producerTo(redis.url);
  await connected(client, 2_000);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

test("counts what is unread, pending, waiting and delayed, and how old the oldest is", async () => {
  const keyspace = freshKeyspace(2);
  const key = keyOf(keyspace, 0, "turns");
  const bornAt = Date.now() - 60_000;
  await redis.probe.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
  for (let index = 0; index < 5; index += 1) {
    await redis.probe.xadd(key, `${bornAt + index * 1_000}-0`, "d", "{}");
  }
  await redis.probe.xreadgroup("GROUP", GROUP, "worker", "COUNT", 3, "STREAMS", key, ">");
  await redis.probe.xclaim(key, GROUP, "~retry", "0", `${bornAt + 2_000}-0`, "JUSTID");
  await redis.probe.xack(key, GROUP, `${bornAt}-0`);
  const publish = createPublisher({ redis: client, keyspace: { ...keyspace, partitions: 1 } });
  const append = { stream: "turns" as const, entry: turnEntry() };
  await publish.schedule([{ append, atMs: Date.now() - 5_000, keep: "latest" }]);

  const { streams, delayed } = await inspectQueue({ redis: client, keyspace });
  const turns = streams.find(({ stream, partition }) => stream === "turns" && partition === 0);
  expect(turns).toMatchObject({ lag: 2, pending: 2, waiting: 1, depth: 4 });
  expect(turns?.oldestAgeMs).toBeGreaterThan(58_500);
  expect(turns?.oldestAgeMs).toBeLessThan(62_000);
  expect(delayed[0]?.count).toBe(1);
  expect(delayed[0]?.overdueMs).toBeGreaterThanOrEqual(5_000);
  expect(streams).toHaveLength(14);
  const idle = streams.find(({ stream, partition }) => stream === "memory" && partition === 1);
  expect(idle).toMatchObject({ lag: 0, pending: 0, depth: 0, oldestAgeMs: 0 });
  expect(delayed[1]).toEqual({ partition: 1, count: 0, overdueMs: 0 });
});

test("entries that nobody has a group for yet count as unread", async () => {
  const keyspace = freshKeyspace();
  await add(redis.probe, keyspace, "inbound", {});
  const { streams } = await inspectQueue({ redis: client, keyspace });
  expect(streams[0]).toMatchObject({ stream: "inbound", lag: 1, depth: 1 });
});

test("buried entries can be listed in pages and looked at one by one", async () => {
  const keyspace = freshKeyspace();
  const key = keyOf(keyspace, 0, "dead");
  const about = {
    v: 1,
    stream: "turns",
    organizationId: null,
    reason: "broken",
    errorClass: "malformed",
    tries: 1,
    firstSeenAt: 1,
    lastSeenAt: 2,
  };
  for (const name of ["a", "b", "c"]) {
    const meta = JSON.stringify({ ...about, origin: `turns/${name}` });
    await redis.probe.xadd(key, "*", "d", meta, "e", Buffer.from([0xff, 0x00]));
  }
  const place = { redis: client, keyspace };
  const first = await listDead(place, { partition: 0, limit: 2 });
  expect(first.letters.map(({ entry }) => entry.origin)).toEqual(["turns/a", "turns/b"]);
  const second = await listDead(place, { partition: 0, limit: 2, after: first.next ?? "" });
  expect(second.letters.map(({ entry }) => entry.origin)).toEqual(["turns/c"]);
  expect(second.next).toBeNull();
  const letter = await inspectDead(place, 0, first.letters[1]?.id ?? "");
  expect(letter?.entry).toMatchObject({ ...about, origin: "turns/b" });
  expect([...(letter?.entry.bytes ?? [])]).toEqual([0xff, 0x00]);
  expect(await inspectDead(place, 0, "1-1")).toBeNull();
});
