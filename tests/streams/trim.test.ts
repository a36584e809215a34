import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connected, type Producer } from "../../streams/connection.ts";
import {
  aliveKeyOf,
  EVENTS_MAX_AGE_MS,
  GROUP,
  keyOf,
  streamNames,
} from "../../streams/topology.ts";
import { dropConsumer, dropDeadConsumers, trimPartition } from "../../streams/trim.ts";
import { add, freshKeyspace, pendingCount, producerTo, turnEntry } from "./support/harness.ts";
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

async function streamOf(count: number) {
  const keyspace = freshKeyspace();
  const key = keyOf(keyspace, 0, "turns");
  for (const stream of streamNames) {
    await redis.probe.xgroup("CREATE", keyOf(keyspace, 0, stream), GROUP, "0", "MKSTREAM");
  }
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await add(redis.probe, keyspace, "turns", turnEntry(`c-${index}`)));
  }
  const read = (consumer: string, entries: number) =>
    redis.probe.xreadgroup("GROUP", GROUP, consumer, "COUNT", entries, "STREAMS", key, ">");
  const left = async () => (await redis.probe.xrange(key, "-", "+")).map(([id]) => id);
  const place = { redis: client.of(0), keyspace, partition: 0 };
  return { keyspace, key, ids, read, left, place };
}

describe("invariant 20: trimming", () => {
  test("removes what is done and keeps what is pending or unread", async () => {
    const { key, ids, read, left, place } = await streamOf(6);
    await trimPartition(place);
    expect(await left()).toEqual(ids);
    await read("worker", 4);
    await redis.probe.xack(key, GROUP, ids[0] ?? "", ids[1] ?? "", ids[3] ?? "");
    await trimPartition(place);
    expect(await left()).toEqual(ids.slice(2));
    await redis.probe.xack(key, GROUP, ids[2] ?? "");
    await trimPartition(place);
    expect(await left()).toEqual(ids.slice(4));
    await read("worker", 2);
    await redis.probe.xack(key, GROUP, ...ids);
    await trimPartition(place);
    expect(await left()).toEqual([]);
  });

  test("keeps what a second group has not read", async () => {
    const { key, ids, read, left, place } = await streamOf(3);
    const group = "aa-sorted-first";
    await redis.probe.xgroup("CREATE", key, group, "0");
    await redis.probe.xreadgroup("GROUP", group, "x", "COUNT", 1, "STREAMS", key, ">");
    await redis.probe.xack(key, group, ids[0] ?? "");
    await read("worker", 3);
    await redis.probe.xack(key, GROUP, ...ids);
    await trimPartition(place);
    expect(await left()).toEqual(ids.slice(1));
  });

  test("leaves a stream without a group alone", async () => {
    const { key, ids, left, place } = await streamOf(2);
    await redis.probe.xgroup("DESTROY", key, GROUP);
    await trimPartition(place);
    expect(await left()).toEqual(ids);
  });

  test("racing with readers it never loses an entry", async () => {
    const { key, read, place, keyspace } = await streamOf(300);
    const seen = new Set<string>();
    const next = async (consumer: string) => {
      const [stream] = ((await read(consumer, 7)) ?? []) as [string, [string, string[] | null][]][];
      return stream?.[1] ?? [];
    };
    const consume = async (consumer: string) => {
      for (let entries = await next(consumer); entries.length > 0; entries = await next(consumer)) {
        for (const [id, fields] of entries) if (fields) seen.add(id);
        await redis.probe.xack(key, GROUP, ...entries.map(([id]) => id));
      }
    };
    let consuming = true;
    const trimming = (async () => {
      while (consuming) await trimPartition(place);
    })();
    await Promise.all([consume("a"), consume("b")]);
    consuming = false;
    await trimming;
    expect(seen.size).toBe(300);
    expect(await pendingCount(redis.probe, keyspace, "turns")).toBe(0);
  });

  test("forgets events that are too old", async () => {
    const { keyspace, place } = await streamOf(0);
    const key = keyOf(keyspace, 0, "events");
    const old = Date.now() - EVENTS_MAX_AGE_MS - 60_000;
    await redis.probe.eval(
      `for i = 1, 400 do redis.call('XADD', KEYS[1], ARGV[1] .. '-' .. i, 'd', '1') end`,
      1,
      key,
      old,
    );
    await redis.probe.xadd(key, "*", "d", "young");
    await trimPartition(place);
    const left = await redis.probe.xrange(key, "-", "+");
    expect(left.length).toBeLessThanOrEqual(101);
    expect(left.at(-1)?.[1]).toEqual(["d", "young"]);
  });
});

describe("invariant 21: consumers of processes that are gone", () => {
  test("are deleted once nothing is pending to them, never before", async () => {
    const { keyspace, key, ids, read, place } = await streamOf(3);
    const names = async () =>
      ((await redis.probe.xinfo("CONSUMERS", key, GROUP)) as string[][]).map(([, name]) => name);
    await read("gone", 1);
    await read("alive", 1);
    await read("owing", 1);
    await redis.probe.set(aliveKeyOf(keyspace, 0, "alive"), "1", "EX", 60);
    await redis.probe.xack(key, GROUP, ids[0] ?? "", ids[1] ?? "");
    await dropDeadConsumers(place);
    expect((await names()).sort()).toEqual(["alive", "owing"]);
    expect(await dropConsumer(place, key, "owing")).toBe(false);
    expect(await dropConsumer(place, key, "alive")).toBe(false);
    expect(await pendingCount(redis.probe, keyspace, "turns")).toBe(1);
    await redis.probe.xack(key, GROUP, ids[2] ?? "");
    await dropDeadConsumers(place);
    expect(await names()).toEqual(["alive"]);
  });
});
