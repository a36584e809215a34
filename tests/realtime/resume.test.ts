import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { LiveEvent } from "../../src/lib/events.ts";
import { parseCursor } from "../../src/realtime/cursor.ts";
import { Feed, type Member } from "../../src/realtime/feed.ts";
import { followEvents, newestCursor, readEventsSince } from "../../streams/tail.ts";
import { keyOf } from "../../streams/topology.ts";
import { type TestKeyspace, testKeyspace } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";
import { openPublisher } from "./harness.ts";
import { createStore, ModelClient, randomFrom } from "./resume-model.ts";

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);
const STEPS = 80;

let keyspace: TestKeyspace;
let publisher: Awaited<ReturnType<typeof openPublisher>>;

beforeAll(async () => {
  keyspace = await testKeyspace("resume");
  publisher = await openPublisher(keyspace.url, keyspace);
}, 20_000);
afterAll(async () => {
  publisher.close();
  await keyspace.clear();
});

function openFeed(capacity: number): Feed<Member> {
  const { redis } = publisher;
  return new Feed<Member>({
    partition: 0,
    report: silentLog,
    capacity,
    log: {
      partitions: 1,
      partitionOf: () => 0,
      follow: (partition, on) =>
        followEvents({ url: keyspace.url, keyspace, partition, log: silentLog, ...on }),
      readSince: (partition, cursor, limit) =>
        readEventsSince({ redis, keyspace }, partition, cursor, limit),
      newest: (partition) => newestCursor({ redis, keyspace }, partition),
    },
  });
}

/** One random story over two processes, one of which remembers little. */
async function story(seed: number) {
  const random = randomFrom(seed);
  const store = createStore();
  const feeds = [openFeed(4), openFeed(1_000)] as const;
  const clients = Array.from({ length: 4 }, () => new ModelClient(store));
  const probes = feeds.map(() => new ModelClient(store));
  for (const [at, feed] of feeds.entries()) await probes[at]?.connect(feed);
  const late: LiveEvent[] = [];
  const published: LiveEvent[] = [];
  const publish = async (events: LiveEvent[]) => {
    await publisher.publish.events(events);
    published.push(...events);
  };
  const eventsKey = keyOf(keyspace, 0, "events");
  const steps: (() => Promise<unknown>)[] = [
    () => publish(Array.from({ length: 1 + random.below(6) }, () => change())),
    async () => void late.push(change()),
    () => publish(late.splice(0, 1 + random.below(3))),
    // A sweeper that publishes what was published already.
    () => publish(published.slice(-1 - random.below(3))),
    async () => clients[random.below(clients.length)]?.disconnect(),
    async () => clients[random.below(clients.length)]?.disconnect(),
    () => connectOne(),
    () => connectOne(),
    () => connectOne(),
    // As in life, where it keeps a hundred thousand, trimming never overtakes who follows.
    async () => {
      const { id } = await newest();
      await eventually(() => probes.every((probe) => probe.hasReached(id)), { everyMs: 1 });
      await publisher.redis.of(0).xtrim(eventsKey, "MAXLEN", random.below(5));
    },
    () => Bun.sleep(2),
    async () => {
      if (random.below(4) > 0) return;
      await publisher.redis.of(0).del(eventsKey, keyOf(keyspace, 0, "epoch"));
      if (random.below(2) === 0) await feeds[0].checkEpoch();
    },
  ];
  const change = () => store.change(`row-${random.below(12)}`);
  const newest = async () => {
    const position = parseCursor(await newestCursor({ redis: publisher.redis, keyspace }, 0));
    if (!position) throw new Error("no cursor");
    return position;
  };
  async function connectOne() {
    const client = clients.find(({ connected }) => !connected);
    await client?.connect(feeds[random.below(2) === 0 ? 0 : 1]);
  }

  for (let step = 0; step < STEPS; step += 1) await steps[random.below(steps.length)]?.();
  for (const client of clients) if (!client.connected) await client.connect(feeds[0]);
  if (late.length > 0) await publish(late);
  for (const feed of feeds) await feed.checkEpoch();
  await eventually(() => {
    for (const { rows } of clients)
      expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(store.rows));
    return true;
  });
  for (const feed of feeds) await feed.stop();
  return [...clients, ...probes];
}

describe("invariant 25: a live client sees every event once, or a reset", () => {
  const outcomes = { resets: 0, resumes: 0 };

  test.each(SEEDS)(
    "every client ends with the database's rows, each event once (seed %i)",
    async (seed) => {
      const clients = await story(seed);
      expect(clients.flatMap(({ violations }) => violations)).toEqual([]);
      for (const { resets, resumes } of clients) {
        outcomes.resets += resets;
        outcomes.resumes += resumes;
      }
    },
  );

  test("the stories had resumes as well as resets", () => {
    expect(outcomes.resets).toBeGreaterThan(10);
    expect(outcomes.resumes).toBeGreaterThan(10);
  });
});

test("a thousand missed events are resumed within 100 ms, from memory and from Redis alike", async () => {
  const store = createStore();
  const client = new ModelClient(store);
  const warm = openFeed(10_000);
  await client.connect(warm);
  await publisher.publish.events([store.change("first")]);
  await eventually(() => client.rows.size === store.rows.size);
  client.disconnect();
  const missed = Array.from({ length: 1_000 }, (_, at) => store.change(`missed-${at}`));
  await publisher.publish.events(missed);
  const cold = openFeed(10_000);
  for (const feed of [warm, cold]) {
    const other = new ModelClient(store);
    await other.connect(feed);
    other.disconnect();
  }
  const startedAt = performance.now();
  await client.connect(cold);
  expect(performance.now() - startedAt).toBeLessThan(100);
  expect(client.rows.size).toBe(1_001);
  expect(client).toMatchObject({ resumes: 1, resets: 0, violations: [] });
  await Promise.all([warm.stop(), cold.stop()]);
});
