import { expect, test } from "bun:test";
import { createDb } from "../../src/db/client.ts";
import { messageState } from "../../src/db/queries/public-state.ts";
import { createAnnouncer } from "../../src/flows/announce.ts";
import { createIngestHandler } from "../../src/flows/ingest.ts";
import { createSweep } from "../../src/flows/sweep.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { newId } from "../../src/lib/ids.ts";
import { addNumber } from "../flows/world.ts";
import { startRedis } from "../streams/support/redis-server.ts";
import { testDatabase } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";
import { startClient } from "./following-client.ts";
import { createDoor, openPublisher, organizationA, startApi } from "./harness.ts";
import { randomFrom } from "./resume-model.ts";

const MESSAGES = 500;
const BATCH = 5;
const CLIENTS = 6;

/** One organization that receives messages, on stores of its own. */
async function createOffice() {
  const database = await testDatabase("live-consistency");
  const redis = await startRedis({ appendOnly: true });
  const db = createDb({ url: database.url, maxConnections: 6, name: "live-consistency" });
  const integrationId = newId();
  await db.rows`insert into organizations (id, name) values (${organizationA}, 'Northwind')`;
  await addNumber(db, organizationA, integrationId, "100");
  const keyspace = { prefix: "live", partitions: 1 };
  const publisher = await openPublisher(redis.url, keyspace);
  const announcer = createAnnouncer({ db, publish: publisher.publish, log: silentLog });
  const ingest = createIngestHandler({
    db,
    clock: systemClock,
    announcer,
    onIngress() {},
    crash() {},
  });
  const monotonicMs = () => performance.now();
  const deps = { db, clock: systemClock, publish: publisher.publish, announcer, monotonicMs };
  return {
    redis,
    keyspace,
    sweep: createSweep(deps),
    /** What nobody has been told yet becomes old enough for the sweep. */
    age: () => db.rows`update outbox set created_at = created_at - interval '1 minute'`,
    unpublished: async () => {
      await announcer.flush();
      return (await db.rows`select 1 from outbox`).length;
    },
    snapshot: async () =>
      (
        await db.rows<{ state: { id: string; version: number } }>`
          select ${db.fragment(messageState("m"))} as state from messages m`
      ).map(({ state }) => state),
    receive: (texts: readonly string[]) =>
      ingest(
        texts.map((text) => ({ entry: { ...envelope(integrationId), item: messageItem(text) } })),
      ),
    close: async () => {
      await announcer.flush();
      publisher.close();
      await db.close(1_000);
      await redis.stop();
      await database.drop();
    },
  };
}

function envelope(integrationId: string) {
  const receivedAt = new Date().toISOString();
  return {
    v: 1 as const,
    organizationId: organizationA,
    integrationId,
    receivedAt,
    requestId: newId(),
  };
}

function messageItem(text: string) {
  const phone = `1415555${String(Math.floor(Math.random() * 20)).padStart(4, "0")}`;
  return {
    v: 1 as const,
    kind: "message" as const,
    wamid: `wamid.${newId()}`,
    type: "text" as const,
    text,
    sentAt: new Date().toISOString(),
    replyToWamid: null,
    from: { phone, bsuid: `US.${phone}`, username: null, name: "Ann" },
    referral: null,
    raw: { type: "text" },
    altered: false,
  };
}

test("after 500 messages, cut sockets and a Redis restart, every client shows the database", async () => {
  const office = await createOffice();
  const door = createDoor();
  const random = randomFrom(7);
  const { url } = office.redis;
  const start = () => startApi({ url, keyspace: office.keyspace, door });
  const apis = [await start(), await start()];
  const urls = apis.map(({ ws }) => ws);
  const { snapshot } = office;
  const ticket = () => door.ticket();
  const clients = Array.from({ length: CLIENTS }, () =>
    startClient({ urls, ticket, snapshot, random }),
  );
  try {
    for (let sent = 0; sent < MESSAGES; sent += BATCH) {
      await office.receive(Array.from({ length: BATCH }, (_, at) => `message ${sent + at}`));
      if (random.below(4) === 0) clients[random.below(CLIENTS)]?.cut();
      if (sent === 200) await office.redis.kill();
      if (sent === 300) await office.redis.start();
    }
    expect(await office.unpublished()).toBeGreaterThan(0);
    await office.age();
    await eventually(
      async () => {
        await office.sweep();
        return (await office.unpublished()) === 0;
      },
      { everyMs: 200, timeoutMs: 15_000 },
    );
    const truth = new Map((await snapshot()).map((row) => [row.id, row]));
    expect(truth.size).toBe(MESSAGES);
    for (const { rows } of clients) {
      await eventually(() => rows.size === MESSAGES, { timeoutMs: 10_000 });
      expect(rows).toEqual(truth);
    }
    const total = (of: "resumed" | "resets" | "doubledInLog") =>
      clients.reduce((sum, { counts }) => sum + counts[of], 0);
    expect(total("resumed")).toBeGreaterThan(0);
    expect(total("resets")).toBeGreaterThan(0);
    expect(total("doubledInLog")).toBe(0);
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await Promise.all(apis.map((api) => api.stop()));
    await office.close();
  }
}, 60_000);

test("what is published late, by the sweep, is not lost", async () => {
  const office = await createOffice();
  const door = createDoor();
  const api = await startApi({ url: office.redis.url, keyspace: office.keyspace, door });
  const client = startClient({
    urls: [api.ws],
    ticket: () => door.ticket(),
    snapshot: async () => [],
    random: randomFrom(1),
  });
  try {
    // What happens before the welcome would come with the snapshot, and this one is empty.
    await eventually(() => client.counts.welcomes > 0);
    await office.receive(["first"]);
    await eventually(() => client.rows.size === 1);
    await office.redis.kill();
    await office.receive(["second", "third"]);
    expect(await office.unpublished()).toBeGreaterThan(0);
    await office.redis.start();
    await eventually(() => client.counts.resets > 0, { timeoutMs: 10_000 });
    expect(client.rows.size).toBe(1);
    await office.age();
    await eventually(async () => (await office.sweep()).events > 0, { timeoutMs: 10_000 });
    await eventually(() => client.rows.size === 3);
  } finally {
    await client.stop();
    await api.stop();
    await office.close();
  }
}, 60_000);
