import { describe, expect, test } from "bun:test";
import { type EventLog, Feed, type Member } from "../../src/realtime/feed.ts";
import type { Resumption, TailEvent } from "../../streams/tail.ts";
import { silentLog } from "../support/servers.ts";
import { anEvent, organizationA, organizationB } from "./harness.ts";

const EPOCH = "0123456789abcdef";
const cursor = (no: number, epoch = EPOCH) => `${epoch}:${no}-0`;
const tailEvent = (no: number, organizationId = organizationA): TailEvent => ({
  cursor: cursor(no),
  event: anEvent({ organizationId, entityId: `row-${no}` }),
});

/** A stream whose news this process hears only when the test says so. */
function slowLog(readSince: (from: string) => Resumption | Promise<Resumption>) {
  const heard: Parameters<EventLog["follow"]>[1][] = [];
  const log: EventLog = {
    partitions: 1,
    partitionOf: () => 0,
    follow: (_partition, on) => {
      heard.push(on);
      return { stop: async () => undefined };
    },
    readSince: async (_partition, from) => await readSince(from),
    newest: async () => cursor(0),
  };
  return { log, hear: () => heard.at(-1), follows: () => heard.length };
}

function openFeed(
  readSince: Parameters<typeof slowLog>[0] = () => ({ kind: "reset", cursor: "" }),
) {
  const { log, hear, follows } = slowLog(readSince);
  const feed = new Feed<Member>({ log, partition: 0, report: silentLog, capacity: 10 });
  return { feed, log, hear, follows };
}

function listener(organizationId = organizationA) {
  const told: string[] = [];
  const member = {
    organizationId,
    closed: false,
    welcome: (at: string) => void told.push(`welcome ${at}`),
    resumed: (missed: readonly { position: { id: string } }[]) =>
      void told.push(`resumed ${missed.map(({ position }) => position.id).join(" ")}`),
    reset: (at: string) => void told.push(`reset ${at}`),
    deliver: (events: readonly { position: { id: string } }[]) =>
      void told.push(events.map(({ position }) => position.id).join(" ")),
  };
  return { member, told };
}

describe("a process that has heard less than another", () => {
  test("tells a client nothing again that the other one told it", async () => {
    const { feed, hear } = openFeed();
    hear()?.onReset(cursor(1));
    const { member, told } = listener();
    await feed.join(member, cursor(3));
    hear()?.onEvents([2, 3, 4, 5].map((no) => tailEvent(no)));
    expect(told).toEqual(["resumed ", "4-0 5-0"]);
  });
});

test("events heard together are told together, to each organization its own, in order", async () => {
  const { feed, hear } = openFeed();
  hear()?.onReset(cursor(1));
  const [ours, theirs] = [listener(), listener(organizationB)];
  for (const { member } of [ours, theirs]) await feed.join(member, undefined);
  hear()?.onEvents([tailEvent(2), tailEvent(3, organizationB), tailEvent(4)]);
  expect(ours.told).toEqual([`welcome ${cursor(1)}`, "2-0 4-0"]);
  expect(theirs.told).toEqual([`welcome ${cursor(1)}`, "3-0"]);
});

describe("reading back", () => {
  test("joins what Redis has to what is known, without a gap or a double", async () => {
    const { feed, hear } = openFeed(() => {
      // More arrives while it is read.
      hear()?.onEvents([tailEvent(6)]);
      const events = [2, 3, 4, 5, 6].map((no) => tailEvent(no));
      return { kind: "events", events, complete: true };
    });
    hear()?.onReset(cursor(4));
    hear()?.onEvents([tailEvent(5)]);
    const { member, told } = listener();
    await feed.join(member, cursor(1));
    hear()?.onEvents([tailEvent(7)]);
    expect(told).toEqual(["resumed 2-0 3-0 4-0 5-0 6-0", "7-0"]);
  });

  test("is done once for all who come back together", async () => {
    let reads = 0;
    const { feed, hear } = openFeed(async () => {
      reads += 1;
      await Bun.sleep(1);
      return { kind: "events", events: [2, 3].map((no) => tailEvent(no)), complete: true };
    });
    hear()?.onReset(cursor(3));
    const all = Array.from({ length: 20 }, () => listener());
    await Promise.all(all.map(({ member }) => feed.join(member, cursor(1))));
    expect(reads).toBe(1);
    for (const { told } of all) expect(told).toEqual(["resumed 2-0 3-0"]);
  });

  test("too far back is a reset", async () => {
    const { feed, hear } = openFeed((from) => {
      const first = Number(from.split(/[:-]/)[1]) + 1;
      const events = Array.from({ length: 8 }, (_, at) => tailEvent(first + at));
      return { kind: "events", events, complete: false };
    });
    hear()?.onReset(cursor(100));
    const { member, told } = listener();
    await feed.join(member, cursor(1));
    expect(told).toEqual([`reset ${cursor(100)}`]);
  });

  test("that fails is told as a queue that is away, and joins nobody", async () => {
    const { feed, hear } = openFeed(() => Promise.reject(new Error("gone")));
    hear()?.onReset(cursor(3));
    const { member, told } = listener();
    expect(feed.join(member, cursor(1))).rejects.toMatchObject({ code: "queue_unavailable" });
    hear()?.onEvents([tailEvent(4)]);
    expect(told).toEqual([]);
  });

  test("during a reset ends in the reset", async () => {
    const { feed, hear } = openFeed(() => {
      hear()?.onReset(cursor(1, "fedcba9876543210"));
      return { kind: "events", events: [2, 3].map((no) => tailEvent(no)), complete: true };
    });
    hear()?.onReset(cursor(3));
    const { member, told } = listener();
    await feed.join(member, cursor(1));
    expect(told).toEqual([`reset ${cursor(1, "fedcba9876543210")}`]);
  });
});

describe("a new epoch", () => {
  test("is noticed although the connection stayed, and the stream is followed anew", async () => {
    const { feed, hear, follows } = openFeed();
    hear()?.onReset(cursor(3, "fedcba9876543210"));
    await feed.checkEpoch();
    expect(follows()).toBe(2);
    hear()?.onReset(cursor(0));
    await feed.checkEpoch();
    expect(follows()).toBe(2);
  });

  test("that another process found first resumes its clients, and resets those of the old one", async () => {
    const old = "fedcba9876543210";
    const { feed, hear, follows } = openFeed();
    hear()?.onReset(cursor(7, old));
    const [stayed, came] = [listener(), listener()];
    await feed.join(stayed.member, undefined);
    const joined = feed.join(came.member, cursor(2));
    await Bun.sleep(1);
    expect(follows()).toBe(2);
    hear()?.onReset(cursor(1));
    await joined;
    hear()?.onEvents([2, 3].map((no) => tailEvent(no)));
    expect(stayed.told).toEqual([`welcome ${cursor(7, old)}`, `reset ${cursor(1)}`, "2-0 3-0"]);
    expect(came.told).toEqual(["resumed ", "3-0"]);
  });

  test("that is long over is a reset, after one look for all who ask", async () => {
    const { feed, log, hear, follows } = openFeed();
    hear()?.onReset(cursor(1));
    let looks = 0;
    const { newest } = log;
    log.newest = async (partition) => {
      looks += 1;
      return await newest(partition);
    };
    const all = Array.from({ length: 20 }, () => listener());
    await Promise.all(all.map(({ member }) => feed.join(member, cursor(9, "fedcba9876543210"))));
    expect({ looks, follows: follows() }).toEqual({ looks: 1, follows: 1 });
    for (const { told } of all) expect(told).toEqual([`reset ${cursor(1)}`]);
  });
});
