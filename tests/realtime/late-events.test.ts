import { expect, test } from "bun:test";
import { createDb } from "../../src/db/client.ts";
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
import { openSocket } from "./client.ts";
import { createDoor, openPublisher, organizationA, startApi } from "./harness.ts";

/** One organization that receives messages, on stores of its own. */
async function createOffice() {
  const database = await testDatabase("live-late");
  const redis = await startRedis({ appendOnly: true });
  const db = createDb({ url: database.url, maxConnections: 6, name: "live-late" });
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
    transcribes: false,
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

test("what is published late, by the sweep, is not lost", async () => {
  const office = await createOffice();
  const door = createDoor();
  const api = await startApi({ url: office.redis.url, keyspace: office.keyspace, door });
  try {
    const socket = await openSocket(api.ws);
    await socket.hello(door.ticket());
    const texts = () => socket.all("message.received").map(({ data }) => data.row.text);
    await office.receive(["first"]);
    await eventually(() => texts().length === 1);
    await office.redis.kill();
    await office.receive(["second", "third"]);
    expect(await office.unpublished()).toBeGreaterThan(0);
    await office.redis.start();
    await socket.first("reset", 10_000);
    expect(texts()).toEqual(["first"]);
    await office.age();
    await eventually(async () => (await office.sweep()).events > 0, { timeoutMs: 10_000 });
    await eventually(() => texts().length === 3);
    expect(texts().toSorted()).toEqual(["first", "second", "third"]);
  } finally {
    await api.stop();
    await office.close();
  }
}, 60_000);
