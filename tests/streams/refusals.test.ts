import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { COMMAND_DEADLINE_MS, connected, type Producer } from "../../streams/connection.ts";
import { QueueUnavailableError } from "../../streams/errors.ts";
import { createPublisher, type Publish } from "../../streams/publish.ts";
import { BLOCK_MS, type Keyspace, keyOf } from "../../streams/topology.ts";
import {
  consume,
  freshKeyspace,
  producerTo,
  type Running,
  stopAll,
  turnEntry,
  until,
} from "./support/harness.ts";
import { startRedis, type TestServer } from "./support/redis-server.ts";

interface Case {
  says: RegExp;
  /** Whether the producer's connection is replaced, to look for the master again. */
  replaced: boolean;
  provoke(): Promise<unknown>;
  relieve(): Promise<unknown>;
}

let server: TestServer;
let other: TestServer;
let producer: Producer;
let publish: Publish;
let keyspace: Keyspace;
let handled: string[];
let running: Running;
beforeEach(async () => {
  [server, other] = await Promise.all([
    startRedis({ extra: ["--enable-protected-configs", "yes"] }),
    startRedis(),
  ]);
  keyspace = freshKeyspace();
  producer = producerTo(server.url);
  await connected(producer, 5_000);
  publish = createPublisher({ redis: producer, keyspace });
  handled = [];
  running = await consume({
    url: server.url,
    keyspace,
    handlers: {
      inbound: async () => undefined,
      turns: async ([delivery]) => {
        handled.push(delivery?.entry.conversationId ?? "");
      },
    },
  });
}, 20_000);
afterEach(async () => {
  await stopAll();
  producer.disconnect();
  await Promise.all([server.stop(), other.stop()]);
});

const set = (name: string, value: string) => server.probe.config("SET", name, value);
const follow = (port: number) => server.probe.replicaof("127.0.0.1", String(port));
const lead = () => server.probe.replicaof("NO", "ONE");

const cases: Case[] = [
  { says: /READONLY/, replaced: true, provoke: () => follow(other.port), relieve: lead },
  {
    says: /MASTERDOWN/,
    replaced: true,
    provoke: async () => {
      await set("replica-serve-stale-data", "no");
      await follow(1);
    },
    relieve: lead,
  },
  {
    says: /OOM/,
    replaced: false,
    provoke: () => set("maxmemory", "1mb"),
    relieve: () => set("maxmemory", "0"),
  },
  {
    says: /NOREPLICAS/,
    replaced: false,
    provoke: () => set("min-replicas-to-write", "1"),
    relieve: () => set("min-replicas-to-write", "0"),
  },
  {
    says: /MISCONF/,
    replaced: false,
    provoke: async () => {
      await set("save", "1 1");
      await set("dir", "/proc");
      await server.probe.set("dirty", "1");
      await until("a snapshot fails", async () => {
        return (await server.probe.info("persistence")).includes("rdb_last_bgsave_status:err");
      });
    },
    relieve: () => set("stop-writes-on-bgsave-error", "no"),
  },
];

const append = (name: string) =>
  publish.append([{ stream: "turns", entry: turnEntry(name) }]).then(
    () => null,
    (error: unknown) => error,
  );
const connectionId = () => producer.of(0).client("ID");

describe("a refusal", () => {
  test.each(cases)(
    "$says rejects the producer and stops nobody for longer than it lasts",
    async (one) => {
      expect(await append("before")).toBeNull();
      await until("reads", () => handled.includes("before"));
      const idBefore = await connectionId();
      await one.provoke();
      const startedAt = performance.now();
      const error = await append("during");
      expect(performance.now() - startedAt).toBeLessThan(COMMAND_DEADLINE_MS);
      expect(error).toBeInstanceOf(QueueUnavailableError);
      expect(String(error)).toMatch(one.says);
      await one.relieve();
      await until("takes again", async () => (await append("after")) === null, 10_000);
      await until("reads again", () => handled.includes("after"), 10_000);
      expect(handled).not.toContain("during");
      expect((await connectionId()) !== idBefore).toBe(one.replaced);
    },
    30_000,
  );

  test("readers that are refused ask a few times a second, and say so once", async () => {
    await set("min-replicas-to-write", "1");
    await append("wakes the blocked readers up");
    await Bun.sleep(BLOCK_MS + 1_000);
    await server.probe.config("RESETSTAT");
    await Bun.sleep(1_000);
    const stats = await server.probe.info("commandstats");
    const refused = Number(/cmdstat_xreadgroup:.*rejected_calls=(\d+)/.exec(stats)?.[1]);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(25);
    const said = running.log.lines.filter((line) => line.includes("reads fail"));
    expect(said).toHaveLength(2);
    expect(said[0]).toContain("min-replicas-to-write");
  }, 20_000);

  test("a master that is demoted during a blocking read lets its reader go to look for another", async () => {
    expect(await append("before")).toBeNull();
    await until("reads", () => handled.includes("before"));
    const connectionsBefore = await readers();
    await follow(other.port);
    await until("the reader came back", async () => (await readers()) !== connectionsBefore);
    await lead();
    await until("takes again", async () => (await append("after")) === null, 10_000);
    await until("reads again", () => handled.includes("after"), 10_000);
  }, 30_000);

  test("a server that still reads its disk is no master yet: refused at once, then taken", async () => {
    await server.stop();
    server = await startRedis({ appendOnly: true, extra: slowToLoad });
    producer.disconnect();
    producer = producerTo(server.url);
    await connected(producer, 5_000);
    publish = createPublisher({ redis: producer, keyspace });
    for (let count = 0; count < 20; count += 1) expect(await append(`${count}`)).toBeNull();
    await server.kill();
    void server.start();
    await until("it loads", async () => String(await append("loading")).includes("Redis refused"));
    await until("it is loaded", async () => (await append("loaded")) === null, 20_000);
    expect(await server.probe.xlen(keyOf(keyspace, 0, "turns"))).toBe(21);
  }, 40_000);
});

const slowToLoad = ["--key-load-delay", "50000", "--loading-process-events-interval-bytes", "1024"];

async function readers(): Promise<string> {
  const list = String(await server.probe.client("LIST"));
  const blocked = list.split("\n").filter((line) => line.includes("cmd=xreadgroup"));
  return blocked.map((line) => /id=(\d+)/.exec(line)?.[1]).join();
}
