import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { connected } from "../../streams/connection.ts";
import { partitionOf } from "../../streams/hash.ts";
import type { Delivery } from "../../streams/messages.ts";
import { createPublisher } from "../../streams/publish.ts";
import { keyOf } from "../../streams/topology.ts";
import {
  add,
  consume,
  freshKeyspace,
  inboundEntry,
  Poison,
  pendingCount,
  pendingRows,
  producerTo,
  specsWith,
  stopAll,
  Transient,
  turnEntry,
  until,
} from "./support/harness.ts";
import { sharedRedis } from "./support/redis-server.ts";

let redis: Awaited<ReturnType<typeof sharedRedis>>;
beforeAll(async () => {
  redis = await sharedRedis();
});
afterEach(stopAll);
afterAll(() => redis.stop());

describe("handing over", () => {
  test("a published entry reaches its handler and is acknowledged", async () => {
    const keyspace = freshKeyspace();
    const got: Delivery<"turns">[] = [];
    const { consumers } = await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async (deliveries) => {
          got.push(...deliveries);
        },
      },
    });
    const client = producerTo(redis.url);
    await connected(client, 2_000);
    const publish = createPublisher({ redis: client, keyspace });
    await publish.append([{ stream: "turns", entry: turnEntry("c-1") }]);
    client.disconnect();
    await until("handled", () => got.length === 1);
    expect(got[0]?.entry).toEqual(turnEntry("c-1"));
    expect(got[0]?.tries).toBe(1);
    expect(got[0]?.partition).toBe(0);
    await until(
      "acknowledged",
      async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0,
    );
    expect(consumers.stuck()).toBeNull();
  });

  test("an ordered stream hands over one batch at a time, in the order of appending", async () => {
    const keyspace = freshKeyspace();
    const got: unknown[] = [];
    let running = 0;
    let most = 0;
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        inbound: async (deliveries) => {
          running += 1;
          most = Math.max(most, running);
          // The first batch is the slowest: unordered, the later ones would overtake it.
          await Bun.sleep(got.length === 0 ? 60 : 1);
          got.push(...deliveries.map(({ entry }) => entry.item));
          running -= 1;
        },
      },
    });
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    for (const number of numbers) await add(redis.probe, keyspace, "inbound", inboundEntry(number));
    await until("all handled", () => got.length === numbers.length);
    expect(got).toEqual(numbers);
    expect(most).toBe(1);
  });

  test("of an ordered stream, what shares a key keeps its order and the rest goes side by side", async () => {
    const keyspace = freshKeyspace();
    const got = new Map<string, number[]>();
    let running = 0;
    // The first batch ends only when another runs beside it.
    const beside = Promise.withResolvers<void>();
    await consume({
      url: redis.url,
      keyspace,
      specs: specsWith({ inbound: { batchSize: 4 } }),
      orderKeys: { inbound: ({ item }) => [String(item).split(" ")[0] ?? ""] },
      handlers: {
        inbound: async (deliveries) => {
          running += 1;
          if (running > 1) beside.resolve();
          await beside.promise;
          for (const { entry } of deliveries) {
            const [person = "", number] = String(entry.item).split(" ");
            got.set(person, [...(got.get(person) ?? []), Number(number)]);
          }
          running -= 1;
          // A batch that fails goes on one by one, and in its order.
          if (deliveries.length > 1 && got.get("ann")?.length === 4) throw new Error("once");
        },
      },
    });
    const people = ["ann", "bo", "cy", "di", "ed", "flo", "gus"];
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    for (const number of numbers) {
      for (const person of people) {
        await add(redis.probe, keyspace, "inbound", inboundEntry(`${person} ${number}`));
      }
    }
    await until(
      "all handled",
      async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 0,
    );
    expect([...got.keys()].toSorted()).toEqual(people);
    for (const seen of got.values()) {
      const inOrder = [...new Set(seen)];
      expect(inOrder).toEqual(numbers);
    }
  });

  test("every partition is served, each organization's entries by its own", async () => {
    const keyspace = freshKeyspace(3);
    const partitions = new Map<string, number>();
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async ([delivery]) => {
          if (delivery) partitions.set(delivery.entry.organizationId, delivery.partition);
        },
      },
    });
    const client = producerTo(redis.url);
    await connected(client, 2_000);
    const organizationIds = ["a", "b", "c", "d", "e", "f", "g"];
    await createPublisher({ redis: client, keyspace }).append(
      organizationIds.map((organizationId) => ({
        stream: "turns",
        entry: { ...turnEntry(), organizationId },
      })),
    );
    client.disconnect();
    await until("all handled", () => partitions.size === organizationIds.length);
    for (const [organizationId, partition] of partitions) {
      expect(partition).toBe(partitionOf(organizationId, 3));
    }
    expect(new Set(partitions.values()).size).toBe(3);
  });

  test("an observer that throws disturbs no settlement", async () => {
    const keyspace = freshKeyspace();
    let told = 0;
    const running = await consume({
      url: redis.url,
      keyspace,
      observe: {
        processed: () => {
          told += 1;
          throw new Error("metrics are broken");
        },
      },
      specs: specsWith({ turns: { concurrency: 2 } }),
      handlers: { turns: async () => undefined },
    });
    for (let index = 0; index < 5; index += 1) {
      await add(redis.probe, keyspace, "turns", turnEntry());
    }
    await until("all told", () => told === 5);
    expect(running.log.lines.filter((line) => line.startsWith("error"))).toHaveLength(5);
  });

  test("fresh entries of a batching stream come together, at most one batch per call", async () => {
    const keyspace = freshKeyspace();
    for (let index = 0; index < 7; index += 1) {
      await add(redis.probe, keyspace, "inbound", inboundEntry(index));
    }
    const calls: number[] = [];
    await consume({
      url: redis.url,
      keyspace,
      specs: specsWith({ inbound: { batchSize: 3 } }),
      handlers: {
        inbound: async (deliveries) => {
          calls.push(deliveries.length);
        },
      },
    });
    await until("all handled", () => calls.reduce((sum, count) => sum + count, 0) === 7);
    expect(calls).toEqual([3, 3, 1]);
  });

  test("when a batch fails each entry runs alone, and only the bad one is tried again", async () => {
    const keyspace = freshKeyspace();
    for (const item of ["good", "bad", "fine"]) {
      await add(redis.probe, keyspace, "inbound", inboundEntry(item));
    }
    const calls: { items: unknown[]; tries: number[] }[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        inbound: async (deliveries) => {
          const items = deliveries.map(({ entry }) => entry.item);
          calls.push({ items, tries: deliveries.map(({ tries }) => tries) });
          if (items.includes("bad") && (deliveries[0]?.tries ?? 0) < 2) throw new Transient("bad");
        },
      },
    });
    await until("tried again", () => calls.length === 5);
    expect(calls[0]?.items).toEqual(["good", "bad", "fine"]);
    expect(calls.slice(1, 4).map(({ items }) => items)).toEqual([["good"], ["bad"], ["fine"]]);
    expect(calls[4]).toEqual({ items: ["bad"], tries: [2] });
    await until(
      "all settled",
      async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 0,
    );
  });

  test("entries that are no valid entries are buried at once, their siblings are handled", async () => {
    const keyspace = freshKeyspace();
    const key = keyOf(keyspace, 0, "inbound");
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x80, 0x7d]);
    const noJson = await redis.probe.xadd(key, "*", "d", bytes);
    await add(redis.probe, keyspace, "inbound", inboundEntry("sibling"));
    await add(redis.probe, keyspace, "inbound", { v: 2, organizationId: "org-9" });
    await redis.probe.xadd(key, "*", "other", "field");
    const items: unknown[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        inbound: async (deliveries) => {
          items.push(...deliveries.map(({ entry }) => entry.item));
        },
      },
    });
    const dead = keyOf(keyspace, 0, "dead");
    await until("three buried", async () => (await redis.probe.xlen(dead)) === 3);
    await until(
      "all settled",
      async () => (await pendingCount(redis.probe, keyspace, "inbound")) === 0,
    );
    expect(items).toEqual(["sibling"]);
    const buried = await redis.probe.xrangeBuffer(dead, "-", "+");
    const letters = buried.map(([, fields]) => ({
      about: JSON.parse(String(fields[1])),
      bytes: fields[3],
    }));
    const first = letters.find(({ about }) => about.origin === `${key}/${noJson}`);
    expect(first?.bytes).toEqual(bytes);
    expect(first?.about).toMatchObject({ stream: "inbound", errorClass: "malformed", tries: 1 });
    expect(letters.map(({ about }) => about.organizationId)).toEqual([null, "org-9", null]);
  });
});

describe("limits", () => {
  test("never holds more entries than there are slots, and goes on when one is free", async () => {
    const keyspace = freshKeyspace();
    for (let index = 0; index < 30; index += 1) {
      await add(redis.probe, keyspace, "turns", turnEntry(`c-${index}`));
    }
    const release: (() => void)[] = [];
    let running = 0;
    let most = 0;
    let done = 0;
    await consume({
      url: redis.url,
      keyspace,
      specs: specsWith({ turns: { concurrency: 8 } }),
      handlers: {
        turns: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise<void>((resolve) => release.push(resolve));
          running -= 1;
          done += 1;
        },
      },
    });
    await until("slots are full", () => running === 7);
    let mostPending = await pendingCount(redis.probe, keyspace, "turns");
    while (done < 30) {
      await until("a handler runs", () => release.length > 0);
      release.shift()?.();
      mostPending = Math.max(mostPending, await pendingCount(redis.probe, keyspace, "turns"));
    }
    expect(most).toBe(7);
    expect(mostPending).toBeLessThanOrEqual(8);
  });

  test("a stream whose slots are full does not hold up another stream of its reader", async () => {
    const keyspace = freshKeyspace();
    for (let index = 0; index < 5; index += 1) {
      await add(redis.probe, keyspace, "memory", {
        v: 1,
        organizationId: "org-1",
        conversationId: "c-1",
      });
    }
    let blocked = 0;
    const turns: string[] = [];
    const held = Promise.withResolvers<void>();
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        memory: async () => {
          blocked += 1;
          await held.promise;
        },
        turns: async ([delivery]) => {
          turns.push(delivery?.id ?? "");
        },
      },
    });
    await until("memory is full", () => blocked === 3);
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("turn handled", () => turns.length === 1, 1_000);
    held.resolve();
    await until("memory goes on", () => blocked === 5);
  });
});

describe("invariant 18: failure", () => {
  test("a failed entry waits in ~retry, then runs again alone with the next count", async () => {
    const keyspace = freshKeyspace();
    const tries: number[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async ([delivery]) => {
          tries.push(delivery?.tries ?? 0);
          if (tries.length === 1) throw new Transient("try again");
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until(
      "waits",
      async () => (await pendingRows(redis.probe, keyspace, "turns"))[0]?.owner === "~retry",
    );
    expect((await pendingRows(redis.probe, keyspace, "turns"))[0]?.tries).toBe(1);
    await until("tried again", () => tries.length === 2);
    expect(tries).toEqual([1, 2]);
    await until("settled", async () => (await pendingCount(redis.probe, keyspace, "turns")) === 0);
  });

  test("an entry that fails too often is buried with its exact bytes", async () => {
    const keyspace = freshKeyspace();
    let calls = 0;
    const running = await consume({
      url: redis.url,
      keyspace,
      specs: specsWith({ inbound: { maxTries: 2 } }),
      handlers: {
        inbound: async () => {
          calls += 1;
          throw new Transient("the same every time");
        },
      },
    });
    const body = JSON.stringify(inboundEntry("ünïcödé \u0000 \ud83d\ude00"));
    const key = keyOf(keyspace, 0, "inbound");
    const id = await redis.probe.xadd(key, "*", "d", body);
    const dead = keyOf(keyspace, 0, "dead");
    await until("buried", async () => (await redis.probe.xlen(dead)) === 1);
    expect(calls).toBe(2);
    const [entry] = await redis.probe.xrangeBuffer(dead, "-", "+");
    expect(entry?.[1][3]).toEqual(Buffer.from(body));
    expect(JSON.parse(String(entry?.[1][1]))).toMatchObject({
      v: 1,
      stream: "inbound",
      origin: `${key}/${id}`,
      organizationId: "org-1",
      errorClass: "exhausted",
      reason: "the same every time",
      tries: 2,
    });
    expect(await pendingCount(redis.probe, keyspace, "inbound")).toBe(0);
    await until("reported", () => running.outcomes.some(({ outcome }) => outcome === "buried"));
  });

  test("poison is buried at the first try, and the dead handler gets its bytes", async () => {
    const keyspace = freshKeyspace();
    const buried: Delivery<"dead">[] = [];
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async () => {
          throw new Poison("can never work");
        },
        dead: async (deliveries) => {
          buried.push(...deliveries);
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry("c-7"));
    await until("archived", () => buried.length === 1);
    const entry = buried[0]?.entry;
    expect(entry?.errorClass).toBe("poison");
    expect(entry?.tries).toBe(1);
    expect(Buffer.from(entry?.bytes ?? []).toString()).toBe(JSON.stringify(turnEntry("c-7")));
  });

  test("a buried entry whose archive refuses it is tried again, never buried again", async () => {
    const keyspace = freshKeyspace();
    let archived = 0;
    await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async () => {
          throw new Poison("can never work");
        },
        dead: async () => {
          archived += 1;
          if (archived === 1) throw new Poison("the archive refuses");
        },
      },
    });
    await add(redis.probe, keyspace, "turns", turnEntry());
    await until("archived at the second try", () => archived === 2);
    expect(await redis.probe.xlen(keyOf(keyspace, 0, "dead"))).toBe(1);
  });

  test("a deleted payload is counted as lost, not handled and not kept pending", async () => {
    const keyspace = freshKeyspace();
    let calls = 0;
    const running = await consume({
      url: redis.url,
      keyspace,
      handlers: {
        turns: async () => {
          calls += 1;
          throw new Transient("later");
        },
      },
    });
    const id = await add(redis.probe, keyspace, "turns", turnEntry());
    await until(
      "waits",
      async () => (await pendingRows(redis.probe, keyspace, "turns"))[0]?.owner === "~retry",
    );
    await redis.probe.xdel(keyOf(keyspace, 0, "turns"), id);
    await until("counted", () => running.lostPayloads.length === 1);
    expect(running.lostPayloads).toEqual([{ stream: "turns", count: 1 }]);
    expect(await pendingCount(redis.probe, keyspace, "turns")).toBe(0);
    expect(calls).toBe(1);
    expect(running.log.lines.some((line) => line.startsWith("error"))).toBe(true);
  });
});
