import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { AppError } from "../../src/lib/errors.ts";
import { INSTALLATION, liveEventKinds } from "../../src/lib/events.ts";
import { newId } from "../../src/lib/ids.ts";
import { closeCodes } from "../../src/realtime/protocol.ts";
import { type TestKeyspace, testKeyspace } from "../support/database.ts";
import { eventually } from "../support/wait.ts";
import { isEvent, openSocket } from "./client.ts";
import {
  type Api,
  anEvent,
  createDoor,
  openPublisher,
  organizationA,
  organizationB,
  startApi,
} from "./harness.ts";

let keyspace: TestKeyspace;
let publisher: Awaited<ReturnType<typeof openPublisher>>;
const door = createDoor();
const running: Api[] = [];

beforeAll(async () => {
  keyspace = await testKeyspace("channel");
  publisher = await openPublisher(keyspace.url, keyspace);
}, 20_000);
afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.stop()));
});
afterAll(async () => {
  publisher.close();
  await keyspace.clear();
});

async function api(deps: Parameters<typeof startApi>[0]["deps"] = {}): Promise<Api> {
  const started = await startApi({ url: keyspace.url, keyspace, door, deps });
  running.push(started);
  return started;
}

/** A signed-in socket that follows from now. */
async function follower(at: Api, given: Parameters<typeof door.ticket>[0] = {}) {
  const socket = await openSocket(at.ws);
  const answer = await socket.hello(door.ticket(given));
  return { ...socket, answer };
}

describe("hello", () => {
  test("without a cursor welcomes, and every later event follows in order", async () => {
    const socket = await follower(await api());
    expect(socket.answer.type).toBe("welcome");
    const events = Array.from({ length: 20 }, () => anEvent());
    await publisher.publish.events(events);
    await eventually(() => socket.events().length === 20);
    expect(socket.events().map(({ data }) => "eventId" in data && data.eventId)).toEqual(
      events.map(({ eventId }) => eventId),
    );
  });

  test("with a cursor resumes with exactly what was missed, on any process", async () => {
    const [one, two] = [await api(), await api()];
    const socket = await follower(one);
    await publisher.publish.events([anEvent()]);
    const seen = await eventually(() => socket.events()[0]?.id);
    socket.close();
    const missed = Array.from({ length: 50 }, () => anEvent());
    await publisher.publish.events(missed);
    for (const at of [one, two, await api()]) {
      const again = await openSocket(at.ws);
      const answer = await again.hello(door.ticket(), seen);
      expect(answer).toMatchObject({ type: "resumed", data: { missed: 50 } });
      await eventually(() => again.events().length === 50);
      expect(again.events().map(({ data }) => "eventId" in data && data.eventId)).toEqual(
        missed.map(({ eventId }) => eventId),
      );
      again.close();
    }
  });

  test.each(["nonsense", "0123456789abcdef:1-1", "0123456789abcdef:99999999999999-0"])(
    "with the cursor %s, which never was, resets",
    async (cursor) => {
      const at = await api();
      await follower(at);
      const socket = await openSocket(at.ws);
      expect((await socket.hello(door.ticket(), cursor)).type).toBe("reset");
      await publisher.publish.events([anEvent()]);
      await eventually(() => socket.events().length === 1);
    },
  );

  test("takes a ticket once, and only a good one", async () => {
    const at = await api();
    const ticket = door.ticket();
    const socket = await openSocket(at.ws);
    await socket.hello(ticket);
    for (const bad of [ticket, "made up"]) {
      const other = await openSocket(at.ws);
      other.send("hello", { ticket: bad });
      expect(await other.closedWith()).toBe(closeCodes.ticketRefused);
      expect(other.frames).toEqual([]);
    }
  });

  test("that does not come closes the socket", async () => {
    const socket = await openSocket((await api()).ws);
    expect(await socket.closedWith(7_000)).toBe(closeCodes.helloLate);
  }, 15_000);

  test("twice is refused, and the first one holds", async () => {
    const socket = await follower(await api());
    socket.send("hello", { ticket: door.ticket() }, "second");
    const error = await socket.first("error");
    expect(error.data).toMatchObject({ of: "second", code: "invalid_input" });
    await publisher.publish.events([anEvent()]);
    await eventually(() => socket.events().length === 1);
  });
});

describe("a socket", () => {
  describe("invariant 27: tenants stay apart on resume", () => {
    test("never carries another organization's id, over all kinds of events", async () => {
      const at = await api();
      const [a, b] = [await follower(at), await follower(at, { organizationId: organizationB })];
      const ids = new Map([organizationA, organizationB].map((id) => [id, new Set<string>()]));
      const events = [organizationA, organizationB].flatMap((organizationId) =>
        liveEventKinds.map((kind) => {
          const event = anEvent({ organizationId, kind });
          ids.get(organizationId)?.add(event.eventId).add(event.entityId).add(organizationId);
          return event;
        }),
      );
      await publisher.publish.events(events.toSorted(() => Math.random() - 0.5));
      const kinds = liveEventKinds.length;
      await eventually(() => a.events().length === kinds && b.events().length === kinds);
      const fresh = await openSocket(at.ws);
      await fresh.hello(door.ticket(), a.answer.type === "welcome" ? a.answer.data.cursor : "");
      await eventually(() => fresh.events().length === kinds);
      for (const [own, foreign] of [
        [a, organizationB],
        [fresh, organizationB],
        [b, organizationA],
      ] as const) {
        const text = JSON.stringify(own.frames);
        for (const id of ids.get(foreign) ?? []) expect(text).not.toContain(id);
        expect(new Set(own.events().map(({ type }) => type)).size).toBe(kinds);
      }
    });
  });

  test("answers a ping, also before hello", async () => {
    const socket = await openSocket((await api()).ws);
    socket.send("ping", {}, "p1");
    expect((await socket.first("pong")).data).toEqual({ of: "p1" });
  });

  test("is closed within 2 s when its session ends; others stay", async () => {
    const at = await api();
    const sessionId = randomUUID();
    const [ended, stays] = [await follower(at, { sessionId }), await follower(at)];
    const endedAt = performance.now();
    door.sessions.delete(sessionId);
    expect(await ended.closedWith()).toBe(closeCodes.sessionEnded);
    expect(performance.now() - endedAt).toBeLessThan(2_000);
    stays.send("ping");
    await stays.first("pong");
  });

  describe("invariant 27: tenants stay apart on resume", () => {
    test("cannot resume with a ticket of a session that has ended", async () => {
      const at = await api();
      const sessionId = randomUUID();
      const ticket = door.ticket({ sessionId });
      door.sessions.delete(sessionId);
      const socket = await openSocket(at.ws);
      socket.send("hello", { ticket });
      expect(await socket.closedWith()).toBe(closeCodes.ticketRefused);
    });
  });

  test.each(["not json", "[]", '{"v":2,"type":"ping","data":{}}', '{"v":1,"type":"nope"}', "1"])(
    "answers %s with an error and stays open",
    async (text) => {
      const socket = await follower(await api());
      socket.sendText(text);
      expect((await socket.first("error")).data).toMatchObject({ code: "malformed_request" });
      socket.send("ping");
      await socket.first("pong");
    },
  );

  test("is closed after five bad frames", async () => {
    const socket = await follower(await api());
    for (let count = 0; count < 5; count += 1) socket.sendText("{}");
    expect(await socket.closedWith()).toBe(closeCodes.policy);
    expect(socket.all("error")).toHaveLength(5);
  });

  test("is closed when its frames come far too fast", async () => {
    const socket = await follower(await api());
    for (let count = 0; count < 60; count += 1) socket.send("ping");
    expect(await socket.closedWith()).toBe(closeCodes.policy);
    expect(socket.all("error").every(({ data }) => data.code === "too_many_requests")).toBe(true);
  });

  test("is closed when a frame is too large", async () => {
    const socket = await follower(await api());
    socket.sendText("x".repeat(20_000));
    expect(await socket.closedWith()).toBe(1009);
  });

  test("is forgotten when it goes", async () => {
    const at = await api();
    const socket = await follower(at);
    expect(at.counts.sockets).toBe(1);
    socket.close();
    await eventually(() => at.counts.sockets === 0);
  });
});

describe("commands", () => {
  const conversationId = "0193cccc-0000-7000-8000-000000000001";

  test("are done as the ticket's person, and acknowledged with the new version", async () => {
    const done: unknown[] = [];
    const at = await api({
      takeOver: async (principal, id) => {
        done.push([principal.userId, principal.organizationId, id]);
        return { version: 7 };
      },
    });
    const userId = randomUUID();
    const socket = await follower(at, { userId });
    socket.send("takeover", { conversationId }, "t1");
    expect((await socket.first("ack")).data).toEqual({ of: "t1", version: 7 });
    expect(done).toEqual([[userId, organizationA, conversationId]]);
  });

  test("that fail are answered with the code and words for people", async () => {
    const at = await api({
      release: () => Promise.reject(new AppError("conflict", "The bot has it, row 17.")),
    });
    const socket = await follower(at);
    socket.send("release", { conversationId }, "r1");
    const { data } = await socket.first("error");
    expect(data).toMatchObject({ of: "r1", code: "conflict" });
    expect(data.userMessage).not.toContain("row 17");
  });

  test("before hello are refused", async () => {
    const socket = await openSocket((await api()).ws);
    socket.send("takeover", { conversationId }, "t1");
    expect((await socket.first("error")).data).toMatchObject({ of: "t1", code: "forbidden" });
  });
});

describe("operators", () => {
  test("see the queue; others never do", async () => {
    const at = await api();
    const [operator, agent] = [await follower(at, { isOperator: true }), await follower(at)];
    await operator.first("queue.snapshot");
    expect(agent.all("queue.snapshot")).toEqual([]);
  });

  test("hear of the queue's alerts, whichever organization they act in; others never do", async () => {
    const at = await api();
    const operators = [
      await follower(at, { isOperator: true }),
      await follower(at, { isOperator: true, organizationId: organizationB }),
    ];
    const agent = await follower(at);
    const data = {
      alertId: newId(),
      rule: "no_worker",
      stream: null,
      state: "raised",
      value: 21_000,
      threshold: 20_000,
      since: "2026-11-28T08:00:00.000Z",
      text: "Work waits and no worker has lived for 21 s.",
    };
    const about = { organizationId: INSTALLATION, kind: "queue.alert", data } as const;
    await publisher.publish.events([anEvent({ ...about, entityId: data.alertId })]);
    for (const operator of operators) {
      const frame = await operator.first("queue.alert");
      // Outside the log: a cursor of another partition would mislead its reader.
      expect(frame).toMatchObject({ v: 1, id: null, data });
    }
    await publisher.publish.events([anEvent()]);
    await agent.first("conversation.updated");
    expect(agent.all("queue.alert")).toEqual([]);
  });
});

describe("shutdown", () => {
  test("closes every socket with a code to resume, spread over the grace time", async () => {
    const at = await api();
    const sockets = await Promise.all(Array.from({ length: 60 }, () => follower(at)));
    const closedAt: number[] = [];
    const stopping = at.live.stop(1_000);
    for (const socket of sockets) {
      void socket.closedWith().then(() => closedAt.push(performance.now()));
    }
    await stopping;
    await eventually(() => closedAt.length === 60);
    expect(sockets.every(({ closed }) => closed.code === closeCodes.restart)).toBe(true);
    expect(Math.max(...closedAt) - Math.min(...closedAt)).toBeGreaterThan(40);
    expect(sockets.flatMap(({ frames }) => frames).filter(isEvent)).toEqual([]);
  });
});
