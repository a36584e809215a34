import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { systemClock } from "../../src/lib/clock.ts";
import { LiveSocket } from "../../src/realtime/live-socket.ts";
import { closeCodes } from "../../src/realtime/protocol.ts";
import { Seat } from "../../src/realtime/seat.ts";
import { SessionWatch } from "../../src/realtime/session-watch.ts";
import { createDoor } from "./harness.ts";

const observe = { sockets() {}, frameReceived() {}, reset() {}, closed() {}, tooSlow() {} };

/** Somebody signed in, with a socket that remembers how it was closed. */
async function takeSeat(door: ReturnType<typeof createDoor>, sessionId: string = randomUUID()) {
  const identity = await door.redeem(door.ticket({ sessionId }));
  if (!identity) throw new Error("The door is closed.");
  const closed: number[] = [];
  const wire = {
    sendText: () => 1,
    cork: (write: () => void) => write(),
    close: (code: number) => void closed.push(code),
    terminate() {},
  };
  const socket = new LiveSocket(randomUUID(), wire, { clock: systemClock, observe });
  return { seat: new Seat(socket, identity, observe), closed, sessionId };
}

test("thousands of sessions are asked about a part at a time, each once in a round", async () => {
  const door = createDoor();
  const people = await Promise.all(Array.from({ length: 4_000 }, () => takeSeat(door)));
  const asked: string[][] = [];
  const watch = new SessionWatch({
    livingSessions: async (ids) => {
      asked.push([...ids]);
      return await door.living(ids);
    },
  });
  const ended = people.filter((_, at) => at % 1_000 === 999);
  for (const { sessionId } of ended) door.sessions.delete(sessionId);
  const seats = people.map(({ seat }) => seat);
  for (let step = 0; step < 8; step += 1) await watch.checkSome(seats);
  expect(asked.map(({ length }) => length)).toEqual(Array.from({ length: 8 }, () => 500));
  expect(new Set(asked.flat()).size).toBe(4_000);
  for (const one of people) {
    expect(one.closed).toEqual(ended.includes(one) ? [closeCodes.sessionEnded] : []);
  }
});

test("all sockets of a session that has ended are closed; a changed role arrives at the others", async () => {
  const door = createDoor();
  const [gone, left] = [randomUUID(), randomUUID()];
  const people = [
    await takeSeat(door, gone),
    await takeSeat(door, gone),
    await takeSeat(door, left),
  ];
  door.sessions.delete(gone);
  const stays = people[2]?.seat.identity;
  if (stays) door.sessions.set(left, { ...stays, role: "viewer" });
  const watch = new SessionWatch({ livingSessions: door.living });
  await watch.checkSome(people.map(({ seat }) => seat));
  expect(people.map(({ closed }) => closed.length)).toEqual([1, 1, 0]);
  expect(people[2]?.seat.identity.role).toBe("viewer");
});
