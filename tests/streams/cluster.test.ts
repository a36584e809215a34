import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createAuthLimits } from "../../src/modules/auth/limits.ts";
import { createRequestLimit } from "../../src/modules/request-limit.ts";
import { COMMAND_DEADLINE_MS } from "../../streams/connection.ts";
import { suitablePartitions } from "../../streams/deployment.ts";
import { createPacer } from "../../streams/pace.ts";
import { openRelay } from "../../streams/relay.ts";
import { followEvents, newestCursor, readEventsSince } from "../../streams/tail.ts";
import { type Keyspace, keyOf, partitionsOf } from "../../streams/topology.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import { freePort } from "../support/redis-process.ts";
import {
  eventFor,
  inboundFor,
  type Office,
  openOffice,
  wholeWay,
} from "./support/deployment-cases.ts";
import { freshKeyspace, recordingLog, stopAll, until } from "./support/harness.ts";
import { appendNumbers, countNumbers } from "./support/load.ts";
import { startRedis } from "./support/redis-server.ts";

let cluster: RedisCluster;
let keyspace: Keyspace;
let office: Office;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
beforeEach(async () => {
  keyspace = freshKeyspace(6);
  office = await openOffice(cluster.url, keyspace);
});
afterEach(async () => {
  await stopAll();
  office.close();
});
afterAll(() => cluster.stop());

const keyIn = (partition: number) => keyOf(keyspace, partition, "inbound");
const append = (partition: number, item: unknown) =>
  office.publish.append([inboundFor(office.organizations[partition] ?? "", item)]);

/** The master of another slot, to which a slot may move. */
async function anotherMaster(port: number) {
  for (const partition of [1, 2, 3, 4, 5]) {
    const node = await cluster.masterOf(keyIn(partition));
    if (node.port !== port) return node;
  }
  throw new Error("One master has all partitions.");
}

describe("a Redis Cluster", () => {
  test("gets two partitions for each master", async () => {
    expect(await suitablePartitions(cluster.url, 5_000)).toBe(6);
  });

  test(
    "carries an entry the whole way in every partition, on every master",
    () => wholeWay(cluster.url, keyspace),
    30_000,
  );

  test("live events are followed in each partition; a cursor names the partition's own master", async () => {
    const heard: string[] = [];
    const followers = partitionsOf(keyspace).map((partition) =>
      followEvents({
        url: cluster.url,
        keyspace,
        partition,
        log: recordingLog(),
        onEvents: (events) => heard.push(...events.map(({ event }) => event.eventId)),
        onReset: () => heard.push(`start ${partition}`),
      }),
    );
    await until("all follow", () => heard.length === 6);
    const { redis, publish, organizations } = office;
    const before = await newestCursor({ redis, keyspace }, 0);
    await publish.events(organizations.map((one) => eventFor(one)));
    await until("all heard", () => heard.length === 12);
    expect(await readEventsSince({ redis, keyspace }, 0, before, 10)).toMatchObject({
      events: [{ event: { organizationId: organizations[0] } }],
    });
    for (const partition of partitionsOf(keyspace)) {
      const { probe } = await cluster.masterOf(keyIn(partition));
      const runId = /run_id:(\w{8})/.exec(await probe.info("server"))?.[1];
      expect(await newestCursor({ redis, keyspace }, partition)).toStartWith(`${runId}`);
    }
    await Promise.all(followers.map((follower) => follower.stop()));
  }, 20_000);

  test("pace, request and sign-in limits count, and the relay reaches everybody", async () => {
    const { redis, organizations } = office;
    const buckets = [{ key: "number:1", intervalMs: 60_000, burst: 1 }];
    const request = { organizationId: organizations[3] ?? "", buckets, nowMs: Date.now() };
    const pacer = createPacer({ redis, keyspace });
    expect(await pacer.take(request)).toEqual({ allowed: true });
    expect(await pacer.take(request)).toMatchObject({ allowed: false });

    const prefix = `{${keyspace.prefix}:0}`;
    const headers: Record<string, string | number> = {};
    const limits = [1, 2].map(() => createRequestLimit(redis.of(0), `${prefix}:requests`));
    for (const limit of limits) await limit("somebody", headers);
    expect(headers["ratelimit-remaining"]).toBe(1_198);
    const auth = createAuthLimits(redis.of(0), `${prefix}:auth`);
    await auth.password("a@example.com", "1.1.1.1");
    await auth.forgive("a@example.com", "1.1.1.1");

    const heard: string[] = [];
    const relays = ["one", "two"].map((name) =>
      openRelay({
        url: cluster.url,
        redis,
        keyspace,
        log: recordingLog(),
        onText: (text) => heard.push(`${name} ${text}`),
      }),
    );
    await until("both hear", () => {
      relays[0]?.send("hello");
      return heard.includes("one hello") && heard.includes("two hello");
    });
    for (const relay of relays) relay.stop();
  }, 20_000);

  test("a planned failover: what was acknowledged is handled, and live clients are told to reload", async () => {
    const master = await cluster.masterOf(keyIn(0));
    const replica = await cluster.replicaOf(master);
    const handled = await countNumbers(cluster.url, keyspace);
    const resets: string[] = [];
    const follower = followEvents({
      url: cluster.url,
      keyspace,
      partition: 0,
      log: recordingLog(),
      onEvents: () => undefined,
      onReset: (cursor) => resets.push(cursor),
    });
    const load = appendNumbers(office, 0);
    await until("works", () => handled.size > 20 && resets.length === 1);
    await replica.probe.call("CLUSTER", "FAILOVER");
    await until("the replica leads", async () => (await cluster.masterOf(keyIn(0))) === replica);
    const led = load.acknowledged.length;
    await until("goes on", () => load.acknowledged.length > led + 20, 10_000);
    await load.stop();
    await until(
      "all acknowledged came",
      () => load.acknowledged.every((one) => handled.has(one)),
      15_000,
    );
    await until("reset", () => resets.length === 2, 10_000);
    expect(load.slowestRefusalMs()).toBeLessThan(COMMAND_DEADLINE_MS + 200);
    await follower.stop();
    await cluster.settled();
  }, 60_000);

  test("a killed master costs its own partitions some seconds, and the others nothing", async () => {
    const master = await cluster.masterOf(keyIn(0));
    const elsewhere = await anotherMaster(master.port);
    const others: number[] = [];
    for (const partition of partitionsOf(keyspace)) {
      if ((await cluster.masterOf(keyIn(partition))) === elsewhere) others.push(partition);
    }
    const handled = await countNumbers(cluster.url, keyspace);
    const load = appendNumbers(office, 0);
    await until("works", () => handled.size > 20);
    await master.kill();
    const killedAt = performance.now();
    for (const other of others) await append(other, -1);
    await until("refused", () => load.refused.length > 0);
    for (const other of others) await append(other, -2);
    const taken = load.acknowledged.length;
    await until("taken again", () => load.acknowledged.length > taken + 20, 15_000);
    process.stdout.write(
      `  master killed: taken again after ${Math.round(performance.now() - killedAt)} ms\n`,
    );
    await load.stop();
    expect(load.slowestRefusalMs()).toBeLessThan(COMMAND_DEADLINE_MS + 200);
    await append(0, 1_000_000);
    await until("handled again", () => handled.has(1_000_000), 10_000);
    await master.start();
    await cluster.settled();
  }, 60_000);

  test("a slot that moves: its partition is refused meanwhile, then taken by the new master", async () => {
    const from = await cluster.masterOf(keyIn(0));
    const to = await anotherMaster(from.port);
    const handled = await countNumbers(cluster.url, keyspace);
    await append(0, 1);
    await until("works", () => handled.has(1));
    const finish = await cluster.beginMove(keyIn(0), from, to);
    const refusal = await append(0, 2).then(() => "taken", String);
    expect(refusal).toMatch(/TRYAGAIN|ASK/);
    await finish();
    await until(
      "taken again",
      () =>
        append(0, 3).then(
          () => true,
          () => false,
        ),
      10_000,
    );
    await until("handled again", () => handled.has(3), 15_000);
    expect(handled.get(1)).toBe(1);
    expect(handled.has(2)).toBe(false);
  }, 30_000);

  test("a slot that nobody holds is refused, and taken when somebody does", async () => {
    const master = await cluster.masterOf(keyIn(0));
    const slot = await master.probe.cluster("KEYSLOT", keyIn(0));
    await append(0, 1);
    await master.probe.call("CLUSTER", "DELSLOTS", slot);
    expect(await append(0, 2).then(() => "taken", String)).toContain("CLUSTERDOWN");
    await master.probe.call("CLUSTER", "ADDSLOTS", slot);
    await until(
      "taken again",
      () =>
        append(0, 3).then(
          () => true,
          () => false,
        ),
      10_000,
    );
  }, 30_000);

  test("an address that is no cluster's, or no finished one's, is told as such", async () => {
    const single = await startRedis();
    await expect(
      suitablePartitions(`redis+cluster://127.0.0.1:${single.port}`, 300),
    ).rejects.toThrow(/cluster support disabled/);
    await single.stop();
    const extra = ["--cluster-enabled", "yes", "--cluster-port", String(await freePort())];
    const alone = await startRedis({ extra });
    await expect(
      suitablePartitions(`redis+cluster://127.0.0.1:${alone.port}`, 300),
    ).rejects.toThrow(/16384 slots have no master/);
    await alone.stop();
  });
});
