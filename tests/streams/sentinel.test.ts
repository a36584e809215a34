import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { COMMAND_DEADLINE_MS, connected, openProducer } from "../../streams/connection.ts";
import { QueueUnavailableError } from "../../streams/errors.ts";
import { createPublisher } from "../../streams/publish.ts";
import { followEvents, newestCursor } from "../../streams/tail.ts";
import { type Keyspace, keyOf } from "../../streams/topology.ts";
import { type RedisTrio, startRedisSentinel } from "../support/redis-sentinel.ts";
import {
  eventFor,
  inboundFor,
  type Office,
  openOffice,
  wholeWay,
} from "./support/deployment-cases.ts";
import { freshKeyspace, recordingLog, stopAll, until } from "./support/harness.ts";
import { appendNumbers, countNumbers } from "./support/load.ts";

let trio: RedisTrio;
let keyspace: Keyspace;
let office: Office;
beforeAll(async () => {
  trio = await startRedisSentinel();
}, 60_000);
beforeEach(async () => {
  keyspace = freshKeyspace();
  office = await openOffice(trio.url, keyspace);
});
afterEach(async () => {
  await stopAll();
  office.close();
});
afterAll(() => trio.stop());

describe("Redis with Sentinel", () => {
  test("carries an entry the whole way", () => wholeWay(trio.url, freshKeyspace(2)), 30_000);

  test("a planned failover: goes on at the new master, and live clients are told to reload", async () => {
    const handled = await countNumbers(trio.url, keyspace);
    const resets: string[] = [];
    const heard: string[] = [];
    const follower = followEvents({
      url: trio.url,
      keyspace,
      partition: 0,
      log: recordingLog(),
      onEvents: (events) => heard.push(...events.map(({ event }) => event.eventId)),
      onReset: (cursor) => resets.push(cursor),
    });
    const load = appendNumbers(office, 0);
    await until("works", () => handled.size > 20 && resets.length === 1);
    await trio.failover();
    const led = load.acknowledged.length;
    await until("goes on", () => load.acknowledged.length > led + 20, 15_000);
    await load.stop();
    expect(load.slowestRefusalMs()).toBeLessThan(COMMAND_DEADLINE_MS + 200);
    await until("told to reload", () => resets.length === 2, 10_000);
    expect(resets[1]).toBe(await newestCursor({ redis: office.redis, keyspace }, 0));
    await office.publish.events([eventFor(office.organizations[0] ?? "")]);
    await until("hears the new master's events", () => heard.length === 1);
    await follower.stop();
    await trio.settled();
  }, 60_000);

  test("a killed master: refused for some seconds, then the replica's groups are read", async () => {
    const handled = await countNumbers(trio.url, keyspace);
    const load = appendNumbers(office, 0);
    await until("works", () => handled.size > 20);
    const master = await trio.master();
    await master.kill();
    const killedAt = performance.now();
    await until("refused", () => load.refused.length > 0);
    const taken = load.acknowledged.length;
    await until("taken again", () => load.acknowledged.length > taken + 20, 20_000);
    const tookMs = Math.round(performance.now() - killedAt);
    process.stdout.write(`  master killed: taken again after ${tookMs} ms\n`);
    await load.stop();
    expect(load.slowestRefusalMs()).toBeLessThan(COMMAND_DEADLINE_MS + 200);
    const last = load.acknowledged.at(-1) ?? -1;
    await until("handled again", () => handled.has(last), 10_000);
    await master.start();
    await trio.settled();
  }, 60_000);

  test("a frozen master is let go of once the sentinels have another, and its return confuses nobody", async () => {
    const handled = await countNumbers(trio.url, keyspace);
    const load = appendNumbers(office, 0);
    await until("works", () => handled.size > 20);
    const master = await trio.master();
    await master.kill("SIGSTOP");
    const taken = load.acknowledged.length;
    await until("taken again", () => load.acknowledged.length > taken + 20, 20_000);
    await master.kill("SIGCONT");
    await trio.settled();
    const back = load.acknowledged.length;
    await until("still taken", () => load.acknowledged.length > back + 20, 10_000);
    await load.stop();
    expect(load.slowestRefusalMs()).toBeLessThan(COMMAND_DEADLINE_MS + 200);
    const last = load.acknowledged.at(-1) ?? -1;
    await until("handled again", () => handled.has(last), 10_000);
  }, 60_000);

  test("a name that the sentinels do not know is told as such", async () => {
    const url = trio.url.replace(/\/\w+$/, "/nobody");
    const producer = openProducer({ url, keyspace, log: recordingLog() });
    await expect(connected(producer, 1_500)).rejects.toThrow(/No such master with that name/);
    producer.disconnect();
  });
});

describe("waiting for replicas", () => {
  const entry = () => inboundFor(office.organizations[0] ?? "");
  const waitingFor = (waitReplicas: number) =>
    createPublisher({ redis: office.redis, keyspace, waitReplicas });

  test("resolves when they have it, whatever many callers ask at once", async () => {
    const publish = waitingFor(2);
    await Promise.all(Array.from({ length: 500 }, () => publish.append([entry()])));
    const key = keyOf(keyspace, 0, "inbound");
    const replicas = trio.servers.filter(({ port }) => port !== leader);
    for (const { probe } of replicas) expect(await probe.xlen(key)).toBe(500);
  });

  test("rejects in about a second when fewer have it, and whoever waits behind with it, unsent", async () => {
    const publish = waitingFor(3);
    const startedAt = performance.now();
    const first = publish.append([entry()]);
    await Bun.sleep(200);
    const behind = [1, 2, 3].map(() => publish.append([entry()]));
    const taken = () => "taken";
    const told = (error: unknown) => error;
    for (const answer of await Promise.all(
      [first, ...behind].map((one) => one.then(taken, told)),
    )) {
      expect(answer).toBeInstanceOf(QueueUnavailableError);
      expect(String(answer)).toContain("Only 2 of 3 replicas");
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(await office.redis.of(0).xlen(keyOf(keyspace, 0, "inbound"))).toBe(1);
  });

  let leader = 0;
  beforeEach(async () => {
    leader = (await trio.master()).port;
  });
});
