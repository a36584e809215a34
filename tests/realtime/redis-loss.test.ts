import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeCodes } from "../../src/realtime/protocol.ts";
import { startRedis, type TestServer } from "../streams/support/redis-server.ts";
import { eventually } from "../support/wait.ts";
import { openSocket } from "./client.ts";
import { type Api, anEvent, createDoor, openPublisher, startApi } from "./harness.ts";

const keyspace = { prefix: "loss", partitions: 1 };
const door = createDoor();
let redis: TestServer;
let api: Api;
let publisher: Awaited<ReturnType<typeof openPublisher>>;

beforeEach(async () => {
  redis = await startRedis();
  api = await startApi({ url: redis.url, keyspace, door });
  publisher = await openPublisher(redis.url, keyspace);
});
afterEach(async () => {
  publisher.close();
  await api.stop();
  await redis.stop();
});

async function follower(cursor?: string) {
  const socket = await openSocket(api.ws);
  const answer = await socket.hello(door.ticket(), cursor);
  return { ...socket, answer };
}

describe("FLUSHALL", () => {
  test("resets every socket although nothing is said afterwards, and the events go on", async () => {
    const sockets = [await follower(), await follower()];
    await publisher.publish.events([anEvent()]);
    await eventually(() => sockets.every((socket) => socket.events().length === 1));
    await redis.probe.flushall();
    for (const socket of sockets) await socket.first("reset", 3_000);
    await publisher.publish.events([anEvent()]);
    await eventually(() => sockets.every((socket) => socket.events().length === 2));
  });

  test("resets who comes back afterwards with an older cursor", async () => {
    const socket = await follower();
    await publisher.publish.events([anEvent()]);
    const cursor = await eventually(() => socket.events()[0]?.id ?? null);
    socket.close();
    await redis.probe.flushall();
    await publisher.publish.events([anEvent()]);
    await eventually(async () => (await follower()).answer);
    await eventually(async () => {
      const again = await follower(cursor);
      return again.answer.type === "reset" || again.all("reset").length > 0;
    });
  });
});

describe("a Redis that is away", () => {
  test("leaves sockets open, and resets them when it is back", async () => {
    const socket = await follower();
    await redis.kill();
    socket.send("ping", {}, "still there");
    await socket.first("pong");
    await redis.start();
    await socket.first("reset", 10_000);
    await eventually(() => publisher.redis.of(0).status === "ready");
    await publisher.publish.events([anEvent()]);
    await eventually(() => socket.events().length === 1);
  });

  test("turns away who needs what only Redis knows, to try later", async () => {
    const first = await follower();
    if (first.answer.type !== "welcome") throw new Error("not welcome");
    const { cursor } = first.answer.data;
    await publisher.publish.events([anEvent()]);
    await eventually(() => first.events().length === 1);
    const other = await startApi({ url: redis.url, keyspace, door });
    const warm = await openSocket(other.ws);
    await warm.hello(door.ticket());
    await redis.kill();
    const late = await openSocket(other.ws);
    late.send("hello", { ticket: door.ticket(), cursor });
    expect(await late.closedWith(7_000)).toBe(closeCodes.tryLater);
    expect(late.all("error")[0]?.data.code).toBe("queue_unavailable");
    await redis.start();
    await other.stop();
  });
});
