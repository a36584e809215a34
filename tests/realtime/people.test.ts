import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type TestKeyspace, testKeyspace } from "../support/database.ts";
import { eventually } from "../support/wait.ts";
import { openSocket, type Socket } from "./client.ts";
import { type Api, createDoor, openPublisher, organizationB, startApi } from "./harness.ts";

const conversationId = "0193cccc-0000-7000-8000-000000000001";
const door = createDoor();
let keyspace: TestKeyspace;
let publisher: Awaited<ReturnType<typeof openPublisher>>;
let apis: [Api, Api];

beforeAll(async () => {
  keyspace = await testKeyspace("people");
  publisher = await openPublisher(keyspace.url, keyspace);
}, 20_000);
beforeEach(async () => {
  const start = () => startApi({ url: keyspace.url, keyspace, door });
  apis = [await start(), await start()];
});
afterEach(async () => {
  await Promise.all(apis.map((api) => api.stop()));
});
afterAll(async () => {
  publisher.close();
  await keyspace.clear();
});

async function person(api: Api, userId: string, given = {}): Promise<Socket> {
  const socket = await openSocket(api.ws);
  await socket.hello(door.ticket({ userId, name: userId, ...given }));
  await socket.first("presence");
  return socket;
}

/** Who looks at the conversation, as this socket was last told. */
function viewers(socket: Socket): string[] {
  const told = socket.all("presence").map(({ data }) => {
    const found = data.conversations.find((one) => one.conversationId === conversationId);
    if (found) return found.viewers.map(({ userId }) => userId);
    return data.complete ? [] : undefined;
  });
  return told.filter((one) => one !== undefined).at(-1) ?? [];
}

describe("presence", () => {
  test("shows who looks at a conversation, over two processes, until they look away or go", async () => {
    const [ann, bob] = [await person(apis[0], "ann"), await person(apis[1], "bob")];
    ann.send("presence", { conversationId });
    bob.send("presence", { conversationId });
    await eventually(() => viewers(ann).join() === "ann,bob" && viewers(bob).join() === "ann,bob");

    const cleo = await person(apis[1], "cleo");
    expect(viewers(cleo)).toEqual(["ann", "bob"]);

    bob.send("presence", { conversationId: null });
    await eventually(() => viewers(ann).join() === "ann" && viewers(cleo).join() === "ann");
    ann.close();
    await eventually(() => viewers(cleo).length === 0 && viewers(bob).length === 0);
  });

  test("forgets the people of a process that stops", async () => {
    const [ann, bob] = [await person(apis[0], "ann"), await person(apis[1], "bob")];
    ann.send("presence", { conversationId });
    await eventually(() => viewers(bob).join() === "ann");
    await apis[0].live.stop(0);
    await eventually(() => viewers(bob).length === 0);
  });

  test("is told once for many changes at once", async () => {
    const [ann, bob] = [await person(apis[0], "ann"), await person(apis[0], "bob")];
    for (let count = 0; count < 10; count += 1) {
      ann.send("presence", { conversationId: null });
      ann.send("presence", { conversationId });
    }
    await eventually(() => viewers(bob).join() === "ann");
    expect(bob.all("presence").length).toBeLessThanOrEqual(3);
  });
});

describe("typing", () => {
  test("is told to colleagues on every process, not to oneself, nor to other organizations", async () => {
    const [ann, bob, cleo] = [
      await person(apis[0], "ann"),
      await person(apis[1], "bob"),
      await person(apis[0], "cleo"),
    ];
    const stranger = await person(apis[0], "eve", { organizationId: organizationB });
    ann.send("typing", { conversationId, typing: true });
    for (const socket of [bob, cleo]) {
      const { data } = await socket.first("typing");
      expect(data).toEqual({
        conversationId,
        person: { userId: "ann", name: "ann" },
        typing: true,
      });
    }
    expect(ann.all("typing")).toEqual([]);
    expect(stranger.all("typing")).toEqual([]);
  });

  test("is never logged: nobody who comes later hears of it, and the stream stays empty", async () => {
    const [ann, bob] = [await person(apis[0], "ann"), await person(apis[1], "bob")];
    ann.send("typing", { conversationId, typing: true });
    await bob.first("typing");
    const late = await person(apis[1], "late");
    expect(late.all("typing")).toEqual([]);
    const keys = await publisher.redis.of(0).keys(`{${keyspace.prefix}:*`);
    expect(keys.filter((key) => !key.endsWith(":epoch"))).toEqual([]);
  });
});
