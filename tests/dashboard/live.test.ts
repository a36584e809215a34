import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  connectLive,
  type LiveClient,
  type LiveOptions,
  SignedOutError,
} from "../../src/dashboard/live.ts";
import { eventually } from "../support/wait.ts";
import { control, event } from "./support/frames.ts";
import { startLiveServer } from "./support/live-server.ts";

let server: ReturnType<typeof startLiveServer>;
let client: LiveClient;
const seen = { statuses: [] as string[], events: [] as string[], snapshots: 0, tickets: 0 };

function connect(given: Partial<LiveOptions> = {}): void {
  client = connectLive({
    url: server.url,
    ticket: async () => `ticket-${++seen.tickets}`,
    resetSpreadMs: 0,
    onStatus: (status) => seen.statuses.push(status),
    onEvent: (frame) => seen.events.push(frame.data.eventId),
    onSnapshot: () => {
      seen.snapshots += 1;
    },
    onControl: () => {},
    ...given,
  });
}

beforeEach(() => {
  Object.assign(seen, { statuses: [], events: [], snapshots: 0, tickets: 0 });
  server = startLiveServer();
});
afterEach(async () => {
  client.stop();
  await server.stop();
  expect(server.malformed).toEqual([]);
});

const status = (wanted: string) =>
  eventually(async () => (seen.statuses.at(-1) === wanted ? wanted : null));

describe("the live client", () => {
  test("fetches the snapshot after the welcome, never before", async () => {
    connect();
    await server.hello(1);
    expect(seen.snapshots).toBe(0);
    server.say(control("welcome", { cursor: "e:1-0" }));
    await status("live");
    expect(seen.snapshots).toBe(1);
    expect(seen.statuses).toEqual(["connecting", "live"]);
  });

  test("resumes from its last event with a new ticket, and takes nothing twice", async () => {
    connect();
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }), event("m1", 1, "e:2-0", "first"));
    await eventually(async () => seen.events[0] ?? null);
    server.cut();
    expect(await server.hello(2)).toEqual({ ticket: "ticket-2", cursor: "e:2-0" });
    server.say(
      control("resumed", { missed: 2 }),
      event("m1", 1, "e:2-0", "first"),
      event("m2", 1, "e:3-0", "second"),
    );
    await eventually(async () => seen.events[1] ?? null);
    expect(seen.events).toEqual(["first", "second"]);
    expect(seen.snapshots).toBe(1);
    expect(seen.statuses).toContain("reconnecting");
  });

  test("starts anew after a reset", async () => {
    connect();
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }), control("reset", { cursor: "f:1-0" }));
    await eventually(async () => (seen.snapshots === 2 ? true : null));
    server.cut();
    expect((await server.hello(2)).cursor).toBe("f:1-0");
  });

  test("waits a time of its own after a reset, and then fetches once for all resets", async () => {
    connect({ resetSpreadMs: 300, random: () => 0.5 });
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }));
    await status("live");
    const resetAtMs = performance.now();
    server.say(control("reset", { cursor: "f:1-0" }), control("reset", { cursor: "g:1-0" }));
    server.say(event("m1", 1, "g:2-0", "meanwhile"));
    await eventually(async () => seen.events[0] ?? null);
    expect(seen.snapshots).toBe(1);
    await eventually(async () => (seen.snapshots === 2 ? true : null), { everyMs: 5 });
    expect(performance.now() - resetAtMs).toBeGreaterThan(145);
    server.say(control("reset", { cursor: "h:1-0" }));
    await eventually(async () => (seen.snapshots === 3 ? true : null));
  });

  test("fetches nothing any more once it was stopped", async () => {
    connect({ resetSpreadMs: 400, random: () => 0.5 });
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }), control("reset", { cursor: "f:1-0" }));
    server.say(event("m1", 1, "f:2-0", "after the reset"));
    await eventually(async () => seen.events[0] ?? null, { everyMs: 1 });
    client.stop();
    await Bun.sleep(250);
    expect(seen.snapshots).toBe(1);
  });

  test("keeps trying while tickets cannot be had", async () => {
    let asked = 0;
    connect({
      ticket: async () => {
        asked += 1;
        if (asked === 1) throw new Error("not now");
        return "late";
      },
    });
    expect((await server.hello(1)).ticket).toBe("late");
  });

  test("ends when the session is over: refused a ticket, or told by the server", async () => {
    connect({ ticket: () => Promise.reject(new SignedOutError()) });
    await status("ended");
    connect();
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }));
    await status("live");
    server.cut(4004);
    await status("ended");
    expect(seen.tickets).toBe(1);
  });

  test("is offline without a network and comes back by itself", async () => {
    connect();
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }));
    await status("live");
    client.setOnline(false);
    await status("offline");
    client.setOnline(true);
    await server.hello(2);
  });

  test("sends only while it is live", async () => {
    connect();
    const looking = { v: 1, type: "presence", data: { conversationId: null } } as const;
    expect(client.send(looking)).toBe(false);
    await server.hello(1);
    server.say(control("welcome", { cursor: "e:1-0" }));
    await status("live");
    expect(client.send(looking)).toBe(true);
    await eventually(async () => (server.types.includes("presence") ? true : null));
  });

  test("is not disturbed by what is no frame", async () => {
    connect();
    await server.hello(1);
    server.say("{}" as never, control("welcome", { cursor: "e:1-0" }));
    await status("live");
  });
});
