import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { connected, type Producer } from "../../streams/connection.ts";
import { createPublisher } from "../../streams/publish.ts";
import {
  type Follower,
  type FollowOptions,
  followEvents,
  newestCursor,
  readEventsSince,
} from "../../streams/tail.ts";
import { type Keyspace, keyOf } from "../../streams/topology.ts";
import { freshKeyspace, producerTo, recordingLog, until } from "./support/harness.ts";
import { startProxy } from "./support/proxy.ts";
import { startRedis, type TestServer } from "./support/redis-server.ts";

let redis: TestServer;
let client: Producer;
const followers: Follower[] = [];
beforeAll(async () => {
  redis = await startRedis({ appendOnly: true });
  client = producerTo(redis.url);
  await connected(client, 2_000);
});
afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

async function publish(keyspace: Keyspace, ...eventIds: string[]): Promise<void> {
  await connected(client, 5_000);
  await createPublisher({ redis: client, keyspace }).events(
    eventIds.map((eventId) => ({
      eventId,
      organizationId: "org-1",
      kind: "lead.updated",
      entityId: "lead-1",
      version: 1,
      data: {},
    })),
  );
}

function follow(keyspace: Keyspace, options: Partial<FollowOptions> = {}) {
  const seen: string[] = [];
  const cursors: string[] = [];
  const resets: string[] = [];
  const follower = followEvents({
    url: redis.url,
    keyspace,
    partition: 0,
    log: recordingLog(),
    onEvents: (events) => {
      seen.push(...events.map(({ event }) => event.eventId));
      cursors.push(...events.map(({ cursor }) => cursor));
    },
    onReset: (cursor) => resets.push(cursor),
    ...options,
  });
  followers.push(follower);
  return { seen, cursors, resets };
}

describe("following", () => {
  test("begins at the newest event and brings each later one once, in order", async () => {
    const keyspace = freshKeyspace();
    await publish(keyspace, "before");
    const { seen, resets } = follow(keyspace);
    await until("begun", () => resets.length === 1);
    expect(resets).toEqual([await newestCursor({ redis: client, keyspace }, 0)]);
    await publish(keyspace, "e-1", "e-2");
    await publish(keyspace, "e-3");
    await until("all came", () => seen.length === 3);
    expect(seen).toEqual(["e-1", "e-2", "e-3"]);
    expect(resets).toHaveLength(1);
  });

  test("continues from a cursor that is still good, without a reset", async () => {
    const keyspace = freshKeyspace();
    const first = follow(keyspace);
    await until("begun", () => first.resets.length === 1);
    await publish(keyspace, "e-1", "e-2", "e-3");
    await until("came", () => first.cursors.length === 3);
    const { seen, resets } = follow(keyspace, { from: first.cursors[0] ?? "" });
    await until("continued", () => seen.length === 2);
    expect(seen).toEqual(["e-2", "e-3"]);
    expect(resets).toEqual([]);
  });

  test("continues from an empty stream's cursor, however much has come since", async () => {
    const keyspace = freshKeyspace();
    const from = await newestCursor({ redis: client, keyspace }, 0);
    await publish(keyspace, ...Array.from({ length: 1_200 }, (_, no) => `e-${no}`));
    const { seen, resets } = follow(keyspace, { from });
    await until("all came", () => seen.length === 1_200);
    expect(resets).toEqual([]);
  });

  test("begins anew from a cursor whose entry was trimmed, of another epoch, or of no sense", async () => {
    const keyspace = freshKeyspace();
    await publish(keyspace, "e-1");
    const trimmed = await newestCursor({ redis: client, keyspace }, 0);
    await publish(keyspace, "e-2", "e-3");
    await redis.probe.xtrim(keyOf(keyspace, 0, "events"), "MAXLEN", "1");
    const newest = await newestCursor({ redis: client, keyspace }, 0);
    const otherEpoch = `0123456789abcdef:${newest.split(":")[1]}`;
    for (const from of [trimmed, otherEpoch, "nonsense", ""]) {
      const { seen, resets } = follow(keyspace, { from });
      await until("begun anew", () => resets.length === 1);
      expect(resets).toEqual([newest]);
      expect(seen).toEqual([]);
    }
  });

  test("survives a lost connection without a gap or a repetition", async () => {
    const keyspace = freshKeyspace();
    const proxy = await startProxy(redis.port);
    const { seen, resets } = follow(keyspace, { url: proxy.url });
    await until("begun", () => resets.length === 1);
    await publish(keyspace, "e-1");
    await until("came", () => seen.length === 1);
    proxy.loseNextReply("e-2");
    await publish(keyspace, "e-2");
    await until("lost", () => proxy.lost === 1);
    await publish(keyspace, "e-3");
    await until("came again", () => seen.length === 3);
    expect(seen).toEqual(["e-1", "e-2", "e-3"]);
    expect(resets).toHaveLength(1);
    proxy.stop();
  });

  test("says reset when the events are lost under it, and goes on", async () => {
    const keyspace = freshKeyspace();
    const { seen, resets } = follow(keyspace);
    await until("begun", () => resets.length === 1);
    await publish(keyspace, "e-1");
    await until("came", () => seen.length === 1);
    const other = await startRedis();
    await redis.probe.flushall();
    await redis.kill();
    await redis.start();
    await until("reset", () => resets.length === 2, 10_000);
    await publish(keyspace, "e-2");
    await until("goes on", () => seen.includes("e-2"), 10_000);
    expect(resets[1]).not.toBe(resets[0] ?? "");
    await other.stop();
  }, 20_000);
});

describe("reading since a cursor", () => {
  test("brings what came after it, in pages, or says reset", async () => {
    const keyspace = freshKeyspace();
    const place = { redis: client, keyspace };
    await publish(keyspace, "e-0");
    const start = await newestCursor(place, 0);
    expect(await readEventsSince(place, 0, start, 10)).toEqual({
      kind: "events",
      events: [],
      complete: true,
    });
    await publish(keyspace, "e-1", "e-2", "e-3");
    const page = await readEventsSince(place, 0, start, 2);
    if (page.kind !== "events") throw new Error("Expected events.");
    expect(page.events.map(({ event }) => event.eventId)).toEqual(["e-1", "e-2"]);
    expect(page.complete).toBe(false);
    const rest = await readEventsSince(place, 0, page.events[1]?.cursor ?? "", 2);
    expect(rest).toMatchObject({ kind: "events", complete: true });
    await redis.probe.xtrim(keyOf(keyspace, 0, "events"), "MAXLEN", "1");
    const newest = await newestCursor(place, 0);
    expect(await readEventsSince(place, 0, start, 10)).toEqual({ kind: "reset", cursor: newest });
    expect(await readEventsSince(place, 0, "nonsense", 10)).toMatchObject({ kind: "reset" });
  });

  test("from an empty stream's cursor brings all, until any of it has been trimmed", async () => {
    const keyspace = freshKeyspace();
    const place = { redis: client, keyspace };
    const empty = await newestCursor(place, 0);
    expect(await readEventsSince(place, 0, empty, 10)).toMatchObject({ events: [] });
    await publish(keyspace, "e-1", "e-2", "e-3");
    const page = await readEventsSince(place, 0, empty, 10);
    if (page.kind !== "events") throw new Error("Expected events.");
    expect(page.events.map(({ event }) => event.eventId)).toEqual(["e-1", "e-2", "e-3"]);
    await redis.probe.xtrim(keyOf(keyspace, 0, "events"), "MAXLEN", "2");
    expect(await readEventsSince(place, 0, empty, 10)).toMatchObject({ kind: "reset" });
    await redis.probe.xtrim(keyOf(keyspace, 0, "events"), "MAXLEN", "0");
    expect(await readEventsSince(place, 0, empty, 10)).toMatchObject({ kind: "reset" });
  });
});
