import { afterAll, beforeAll, expect, test } from "bun:test";
import { Store } from "../../src/dashboard/state/store.ts";
import { conversationState, messageState } from "../../src/db/queries/public-state.ts";
import { choosePort } from "../../src/ops/embedded/port.ts";
import { compareIds, type Position, parseCursor } from "../../src/realtime/cursor.ts";
import type { EventFrame } from "../../src/realtime/protocol.ts";
import { parseEvent } from "../../streams/entry.ts";
import type { EventEntry } from "../../streams/messages.ts";
import { entriesOf } from "../../streams/reply.ts";
import { keyOf } from "../../streams/topology.ts";
import { settled } from "../faults/support/check.ts";
import { type Stack, startStack } from "../faults/support/stack.ts";
import { eventually } from "../support/wait.ts";
import { type CutProxy, startCutProxy } from "./cut-proxy.ts";
import { type Desk, openDesk } from "./desk.ts";
import { type Rest, signIn } from "./rest.ts";
import { randomFrom } from "./resume-model.ts";

const OWNER = { email: "owner@northwind.example", password: "northwind-demo" };
const MESSAGES = 500;
const LEADS = 25;
/** Written together; then there is a pause. */
const BURST = 5;
const PAUSE_MS = 80;
const REDIS_GOES_AT = 200;
const REDIS_COMES_AT = 230;
const DESKS = 6;

const random = randomFrom(11);
let stack: Stack;
let rest: Rest;
let network: { desk: Desk; proxy: CutProxy }[];

beforeAll(async () => {
  stack = await startStack({ quietMs: 300 });
  const secondPort = String(await choosePort(null));
  const apis = await Promise.all([stack.start("api"), stack.start("api", { PORT: secondPort })]);
  await stack.startAll(["worker", "scheduler"]);
  rest = await signIn(apis[0].url, OWNER);
  const ports = apis.map(({ url }) => Number(new URL(url).port));
  network = await Promise.all(
    Array.from({ length: DESKS }, async () => {
      const proxy = await startCutProxy(ports, random);
      return { proxy, desk: openDesk(`ws://127.0.0.1:${proxy.port}/live`, rest) };
    }),
  );
}, 60_000);
afterAll(async () => {
  for (const { desk, proxy } of network) {
    desk.stop();
    proxy.stop();
  }
  await stack.close();
}, 30_000);

/** Somebody who was answered and writes no more. Resolves to the conversation. */
async function quietLead(): Promise<string> {
  const lead = stack.newLead();
  await stack.meta.write(lead);
  const { conversationId } = await eventually(
    () => stack.db.first<{ conversationId: string }>`
      select conversation_id from messages where state = 'read'`,
    { timeoutMs: 15_000 },
  );
  return conversationId;
}

/** Leads write; sockets are cut by chance; Redis ends, and comes back. */
async function liveThroughIt(whileRedisIsAway: () => Promise<void>): Promise<void> {
  const leads = Array.from({ length: LEADS }, stack.newLead);
  for (let sent = 0; sent < MESSAGES; sent += BURST) {
    await Promise.all(
      Array.from({ length: BURST }, (_, at) => {
        const lead = leads[random.below(LEADS)] ?? "";
        return stack.meta.write(lead, `Message ${sent + at}: how much is it?`);
      }),
    );
    if (random.below(2) === 0) network[random.below(DESKS)]?.proxy.cut();
    if (sent === REDIS_GOES_AT) {
      await stack.redisServer.stop();
      await whileRedisIsAway();
    }
    if (sent === REDIS_COMES_AT) await stack.redisServer.start();
    await Bun.sleep(PAUSE_MS);
  }
}

async function allIsTold(): Promise<void> {
  expect((await settled(stack, 30_000)).lost).toEqual([]);
  const untold = () => stack.db.rows`select 1 from outbox limit 1`;
  await eventually(async () => (await untold()).length === 0, { timeoutMs: 15_000 });
}

/** What a client should show: the rows as Postgres has them. */
async function readTruth(): Promise<Shown> {
  const sql = stack.db.fragment;
  const [messages, conversations, leads] = await Promise.all([
    stack.db.rows<{ state: Row }>`select ${sql(messageState("m"))} as state from messages m`,
    stack.db.rows<{ state: Row }>`
      select ${sql(conversationState("c"))} as state from conversations c`,
    stack.db.rows<Lead>`select id, name, username from leads`,
  ]);
  return {
    messages: byId(messages.map(({ state }) => state)),
    conversations: byId(conversations.map(({ state }) => state)),
    leads: byId([...leads]),
  };
}

type Row = Record<string, unknown> & { id: string };
type Lead = { id: string; name: string | null; username: string | null };
interface Shown {
  messages: Record<string, Row>;
  conversations: Record<string, Row>;
  leads: Record<string, Lead>;
}

const byId = <One extends { id: string }>(rows: readonly One[]): Record<string, One> =>
  Object.fromEntries(rows.map((row) => [row.id, row]));

/** A row of the inbox carries more than the conversation's state; `like` names what counts. */
function shownBy(store: Store, like: Shown): Shown {
  const columns = Object.keys(Object.values(like.conversations)[0] ?? {});
  const states = [...store.states.values()].map((state) =>
    Object.fromEntries(Object.entries(state).filter(([name]) => columns.includes(name))),
  );
  const leads = [...store.rows.values()].map(({ lead: { id, name, username } }) => ({
    id,
    name,
    username,
  }));
  const messages = [...store.messages.values()].flatMap((chat) => [...chat.values()]);
  return {
    messages: byId(messages),
    conversations: byId(states as Row[]),
    leads: byId(leads),
  };
}

interface Logged {
  id: string;
  event: EventEntry;
}

/** Every event that was ever published, in order. */
async function readLog(): Promise<Logged[]> {
  const key = keyOf({ prefix: "ll", partitions: 1 }, 0, "events");
  return entriesOf(await stack.redis.callBuffer("XRANGE", key, "-", "+")).flatMap(
    ({ id, fields }) => {
      const event = fields ? parseEvent(fields) : undefined;
      return event ? [{ id, event }] : [];
    },
  );
}

/**
 * Events that a client passed over, between the first and the last that it took in each life of the
 * stream (the last one goes on to the log's end). An older version than one it had is rightly left.
 */
function missedBy({ taken }: Desk, log: readonly Logged[]): Logged[] {
  const lives = Map.groupBy(taken.map(positionOf), ({ epoch }) => epoch);
  const eventIds = new Set(taken.map(({ data }) => data.eventId));
  const newest = new Map<string, number>();
  return [...lives.values()].flatMap((life, at) => {
    const from = life[0]?.id ?? "";
    const to = (at === lives.size - 1 ? log : life).at(-1)?.id ?? "";
    const covered = log.filter(({ id }) => compareIds(id, from) >= 0 && compareIds(id, to) <= 0);
    return covered.filter(({ event: { eventId, entityId, version } }) => {
      const known = newest.get(entityId) ?? 0;
      if (eventIds.has(eventId)) newest.set(entityId, Math.max(known, version));
      return !eventIds.has(eventId) && version >= known;
    });
  });
}

function positionOf({ id }: EventFrame): Position {
  const position = parseCursor(id);
  if (position) return position;
  throw new Error(`${id} is no cursor.`);
}

test("after 500 messages, cut sockets and a Redis restart, every client shows the database", async () => {
  await eventually(() => network.every(({ desk }) => desk.isAtRest), { timeoutMs: 15_000 });
  const conversationId = await quietLead();
  // Committed while nobody can be told: only the sweep brings it to the clients.
  await liveThroughIt(() => rest.takeOver(conversationId));
  await allIsTold();
  const truth = await readTruth();
  const log = await readLog();
  const received = Object.values(truth.messages).filter(({ direction }) => direction === "in");
  expect(received).toHaveLength(MESSAGES + 1);

  const newcomer = new Store();
  await rest.fill(newcomer);
  expect(shownBy(newcomer, truth)).toEqual(truth);
  for (const { desk } of network) {
    await eventually(() => desk.isAtRest, { timeoutMs: 40_000 });
    await eventually(() => expect(shownBy(desk.store, truth)).toEqual(truth) ?? true);
    const eventIds = desk.taken.map(({ data }) => data.eventId);
    expect(eventIds).toHaveLength(new Set(eventIds).size);
    expect(missedBy(desk, log)).toEqual([]);
  }
  expectToHaveHappened();
}, 120_000);

/** A story in which nothing went wrong would prove nothing. */
function expectToHaveHappened(): void {
  const desks = network.map(({ desk }) => desk);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const snapshots = desks.map(({ seen }) => seen.snapshots);
  const resumes = sum(desks.map(({ seen }) => seen.timesLive)) - sum(snapshots);
  expect(Math.min(...snapshots)).toBeGreaterThan(1);
  expect(resumes).toBeGreaterThan(DESKS);
  const types = desks.flatMap(({ taken }) => taken.map(({ type }) => type));
  expect(types).toContain("takeover.started");
  for (const at of [0, 1]) {
    expect(sum(network.map(({ proxy }) => proxy.passedOn[at] ?? 0))).toBeGreaterThan(DESKS);
  }
}
