import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { connected, type Producer } from "../../streams/connection.ts";
import { inspectDead, listDead } from "../../streams/dead-letter.ts";
import { inspectQueue } from "../../streams/inspect.ts";
import type { Delivery } from "../../streams/messages.ts";
import { createPublisher } from "../../streams/publish.ts";
import { GROUP, keyOf } from "../../streams/topology.ts";
import {
  Away,
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  Poison,
  producerTo,
  stopAll,
  Transient,
  turnEntry,
  until,
} from "./support/harness.ts";
import { sharedRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
let client: Producer;
beforeAll(async () => {
  redis = await sharedRedis();
  client = producerTo(redis.url);
  await connected(client, 2_000);
});
afterEach(stopAll);
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
  expect(streams).toHaveLength(16);
  const idle = streams.find(({ stream, partition }) => stream === "memory" && partition === 1);
  expect(idle).toMatchObject({ lag: 0, pending: 0, depth: 0, oldestAgeMs: 0 });
  expect(delayed[1]).toEqual({ partition: 1, count: 0, overdueMs: 0 });
});

test("buckets the pending by age and tries, the five hundred oldest of each stream", async () => {
  const keyspace = freshKeyspace();
  const key = keyOf(keyspace, 0, "turns");
  await redis.probe.xgroup("CREATE", key, GROUP, "0", "MKSTREAM");
  const now = Date.now();
  // Far from the bounds: the server's clock goes on while this runs.
  const ages = [...Array(4).fill(3_600_000), ...Array(3).fill(30_000), ...Array(2).fill(5_000)];
  const ids = ages.map((ageMs, index) => `${now - ageMs}-${index + 1}`);
  for (const id of ids) await redis.probe.xadd(key, id, "d", "{}");
  await redis.probe.xreadgroup("GROUP", GROUP, "w", "COUNT", 100, "STREAMS", key, ">");
  for (const [index, tries] of [2, 3, 4, 5, 9].entries()) {
    const args = [key, GROUP, "w", "0", ids[index] ?? "", "RETRYCOUNT", tries, "JUSTID"] as const;
    await redis.probe.xclaim(...args);
  }
  const look = async () => (await inspectQueue({ redis: client, keyspace })).streams[4];
  expect(await look()).toMatchObject({
    ...{ stream: "turns", looked: 9, length: 9, fullAt: 200_000 },
    pendingByAge: { under1s: 0, under10s: 2, under60s: 3, older: 4 },
    pendingByTries: { once: 4, twice: 1, threeOrFour: 2, more: 2 },
  });

  const more = redis.probe.pipeline();
  for (let index = 0; index < 1_000; index += 1) more.xadd(key, `${now}-${index + 1}`, "d", "{}");
  await more.exec();
  await redis.probe.xreadgroup("GROUP", GROUP, "w", "COUNT", 1_000, "STREAMS", key, ">");
  const many = await look();
  expect(many).toMatchObject({ pending: 1_009, looked: 500 });
  const counted = Object.values(many?.pendingByAge ?? {}).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(500);
  expect(many?.pendingByAge.older).toBe(4);
});

test("tells what all processes did in the last minute, and which dependency is away", async () => {
  await startOfMinute();
  const keyspace = freshKeyspace();
  let isAway = false;
  let firstTries = 0;
  const options = {
    url: redis.url,
    keyspace,
    dependencies: {
      postgres: async () => {
        if (isAway) throw new Away("no connection");
      },
    },
    handlers: {
      inbound: async ([delivery]: readonly Delivery<"inbound">[]) => {
        if (isAway) throw new Away("no connection");
        if (delivery?.tries === 1) firstTries += 1;
        if (delivery?.entry.item === "poison") throw new Poison("hopeless");
        if (delivery?.entry.item === "unlucky" && delivery.tries === 1) throw new Transient("no");
      },
    },
  };
  const both = [await consume(options), await consume(options)];
  for (const [index, item] of ["poison", "unlucky", "poison", 1, 2, 3, 4].entries()) {
    await add(redis.probe, keyspace, "inbound", inboundEntry(item));
    // Each in a batch of its own: the handler looks at the first one only.
    await until("handled", () => firstTries > index);
  }
  const look = () => inspectQueue({ redis: client, keyspace });
  await until("all counted", async () => {
    const [inbound] = (await look()).streams;
    return (inbound?.perMinute.done ?? 0) === 5 && inbound?.perMinute.buried === 2;
  });
  expect((await look()).streams[0]?.perMinute).toEqual({
    ...{ done: 5, retried: 1, reclaimed: 0, buried: 2 },
  });
  expect((await look()).breakers).toEqual([]);
  isAway = true;
  await add(redis.probe, keyspace, "inbound", inboundEntry());
  await until("told", async () => (await look()).breakers.length === 1);
  const [breaker] = (await look()).breakers;
  await until("for longer", async () => {
    const [later] = (await look()).breakers;
    return (later?.openForMs ?? 0) > (breaker?.openForMs ?? 0) + 100;
  });
  expect(breaker?.dependency).toBe("postgres");
  isAway = false;
  await until("forgotten", async () => (await look()).breakers.length === 0, 20_000);
  // Whichever of them had the entry, it looked again by itself.
  const said = both.flatMap(({ log }) => log.lines);
  expect(said.some((line) => line.includes("dependency back"))).toBe(true);
}, 40_000);

/** Counts fade at the end of the clock's minute: a test that compares them waits for the next one. */
async function startOfMinute(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 10_000) await Bun.sleep(leftMs);
}

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
