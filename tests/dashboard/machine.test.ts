import { describe, expect, test } from "bun:test";
import {
  type Input,
  type Machine,
  newMachine,
  retryDelayMs,
  statusOf,
  step,
} from "../../src/dashboard/live/machine.ts";
import { control, event } from "./support/frames.ts";

/** Feeds inputs one after the other; the effects are the last one's. */
function run(inputs: readonly Input[], from: Machine = newMachine) {
  let machine = from;
  let effects: ReturnType<typeof step>["effects"] = [];
  for (const input of inputs) ({ machine, effects } = step(machine, input));
  return { machine, effects, does: effects.map(({ type }) => type) };
}

const frame = (of: ReturnType<typeof control> | ReturnType<typeof event>): Input => ({
  type: "frame",
  frame: of,
});
const connected: Input[] = [
  { type: "start" },
  { type: "ticket", ticket: "t1" },
  { type: "opened", ticket: "t1" },
];
const live: Input[] = [...connected, frame(control("welcome", { cursor: "e:1-0" }))];
const lost: Input = { type: "closed", code: 1006, random: 0 };

describe("connecting", () => {
  test("asks for a ticket, opens, and says hello with the ticket and no cursor", () => {
    expect(run([{ type: "start" }]).does).toContain("fetch_ticket");
    const { effects } = run(connected);
    expect(effects[0]).toEqual({ type: "hello", ticket: "t1", cursor: null });
  });

  test("takes the cursor of the welcome before it asks for the snapshot", () => {
    const { machine, does } = run(live);
    expect(machine.cursor).toBe("e:1-0");
    expect(does.at(-1)).toBe("snapshot");
    expect(statusOf(machine)).toBe("live");
  });

  test("is connecting before the first welcome, reconnecting after it", () => {
    expect(statusOf(run(connected).machine)).toBe("connecting");
    expect(statusOf(run([...live, lost]).machine)).toBe("reconnecting");
  });
});

describe("after a loss", () => {
  const again: Input[] = [
    lost,
    { type: "timer", name: "retry" },
    { type: "ticket", ticket: "t2" },
    { type: "opened", ticket: "t2" },
  ];

  test("resumes after the last event it has taken, with a fresh ticket", () => {
    const { effects } = run([...live, frame(event("m1", 1, "e:5-0")), ...again]);
    expect(effects[0]).toEqual({ type: "hello", ticket: "t2", cursor: "e:5-0" });
  });

  test("needs no snapshot when the server resumes, and takes a new one when it says reset", () => {
    expect(run([...live, ...again, frame(control("resumed", { missed: 3 }))]).does).not.toContain(
      "snapshot",
    );
    const reset = run([...live, ...again, frame(control("reset", { cursor: "f:9-0" }))]);
    expect(reset.does).toContain("snapshot");
    expect(reset.machine.cursor).toBe("f:9-0");
  });

  test("waits half a second to thirty, longer with each failure, spread by chance", () => {
    const delays = Array.from({ length: 12 }, (_, failures) => [
      retryDelayMs(failures, 0),
      retryDelayMs(failures, 1),
    ]);
    expect(delays[0]).toEqual([500, 1_000]);
    expect(delays.every(([least]) => least === 500)).toBe(true);
    expect(delays.at(-1)?.[1]).toBe(30_000);
  });

  test("counts failures up until it is live again", () => {
    const failing: Input[] = [lost, { type: "timer", name: "retry" }, lost];
    expect(run([...live, ...failing]).machine.failures).toBe(2);
    const welcome = frame(control("resumed", { missed: 0 }));
    expect(run([...live, ...failing, ...again.slice(1), welcome]).machine.failures).toBe(0);
  });

  test("does not try without a network, and at once when it is back", () => {
    const offline = run([...live, { type: "device_offline" }, lost]);
    expect(statusOf(offline.machine)).toBe("offline");
    expect(run([{ type: "timer", name: "retry" }], offline.machine).does).toEqual([]);
    expect(run([{ type: "device_online" }], offline.machine).does).toContain("fetch_ticket");
  });
});

describe("a session that is over", () => {
  test.each<Input>([{ type: "closed", code: 4004, random: 0 }, { type: "ticket_refused" }])(
    "ends the connection for good: %p",
    (input) => {
      const { machine } = run([...live, input]);
      expect(statusOf(machine)).toBe("ended");
      expect(run([{ type: "start" }, { type: "timer", name: "retry" }], machine).does).toEqual([]);
    },
  );
});

describe("silence", () => {
  test("is broken by a ping, and ends the socket when no answer comes", () => {
    const pinged = run([...live, { type: "timer", name: "ping" }]);
    expect(pinged.effects).toEqual([
      { type: "ping" },
      { type: "timer", name: "silent", afterMs: 10_000 },
    ]);
    expect(run([{ type: "timer", name: "silent" }], pinged.machine).does).toEqual(["close"]);
  });

  test("any frame proves life", () => {
    const { does } = run([
      ...live,
      { type: "timer", name: "ping" },
      frame(control("pong", { of: null })),
    ]);
    expect(does).toEqual(["clear_timers", "timer"]);
  });
});

describe("events", () => {
  const taken = (inputs: Input[]) => run([...live, ...inputs]).does.includes("event");

  test("come through once, whatever their cursor the second time", () => {
    const once = frame(event("m1", 3, "e:5-0", "same"));
    const twice = frame(event("m1", 3, "e:8-0", "same"));
    expect(taken([once])).toBe(true);
    expect(taken([once, twice])).toBe(false);
    expect(run([...live, once, twice]).machine.cursor).toBe("e:8-0");
  });

  test("of an older row version than the known one are dropped; another row's are not", () => {
    const newer = frame(event("m1", 3, "e:5-0"));
    expect(taken([newer, frame(event("m1", 2, "e:6-0"))])).toBe(false);
    expect(taken([newer, frame(event("m2", 2, "e:6-0"))])).toBe(true);
  });

  test("of another kind about the same row version come through", () => {
    expect(taken([frame(event("c1", 3, "e:5-0")), frame(event("c1", 3, "e:6-0"))])).toBe(true);
  });

  test("are remembered long after, and what is remembered is bounded", () => {
    const many = Array.from({ length: 3_500 }, (_, at) =>
      frame(event(`r${at}`, 1, `e:${at}-0`, `id${at}`)),
    );
    const { machine } = run([...live, ...many]);
    expect(machine.memory.events.size + machine.memory.olderEvents.size).toBeLessThan(2_001);
    expect(run([frame(event("r3000", 1, "e:9-0", "id3000"))], machine).does).not.toContain("event");
  });
});
