import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Announcer, createAnnouncer, type News } from "../../src/flows/announce.ts";
import { fairNumbers } from "../../src/flows/deliver/fair-numbers.ts";
import { failureClass } from "../../src/flows/failure-class.ts";
import { weeklyCalendar } from "../../src/flows/turn/calendar.ts";
import { fairTurns, TURNS_OF_ONE_ORGANIZATION } from "../../src/flows/turn/fair-turns.ts";
import { createTurnHandler } from "../../src/flows/turn.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { newId } from "../../src/lib/ids.ts";
import { connected, openProducer } from "../../streams/connection.ts";
import { startConsumers } from "../../streams/consume.ts";
import type { Delivery, Handlers } from "../../streams/messages.ts";
import { createPublisher } from "../../streams/publish.ts";
import { testKeyspace } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";
import { addNumber, createWorld, decision, type World } from "./world.ts";

const HOT = 120;

let world: World;
let announcer: Announcer;
let stack: AsyncDisposableStack;
/** Serves streams as a worker does. */
let serve: (handlers: Handlers) => Promise<void>;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  world = await createWorld("fair");
  stack.defer(world.close);
  const keyspace = await testKeyspace("fair");
  stack.defer(keyspace.clear);
  const redis = openProducer({ url: keyspace.url, keyspace, log: silentLog });
  stack.defer(() => redis.disconnect());
  await connected(redis, 5_000);
  const publish = createPublisher({ redis, keyspace });
  announcer = createAnnouncer({ db: world.db, publish, log: silentLog });
  stack.defer(announcer.flush);
  serve = async (handlers) => {
    const consumers = await startConsumers({
      url: keyspace.url,
      keyspace,
      consumerId: "w1",
      handlers,
      classify: failureClass,
      dependencies: { postgres: async () => {} },
      clock: systemClock,
      log: silentLog,
    });
    stack.defer(async () => void (await consumers.stop(1_000)));
  };
});
afterEach(() => stack.disposeAsync());

/** Conversations in which somebody waits for the bot, in an organization of their own. */
async function waiting(organizationId: string, count: number): Promise<string[]> {
  const integrationId = newId();
  await world.db.rows`insert into organizations (id, name) values (${organizationId}, 'One')`;
  await addNumber(world.db, organizationId, integrationId, newId());
  const rows = await world.db.rows<{ id: string }>`
    with people as (
      insert into leads (organization_id, id)
      select ${organizationId}, gen_random_uuid() from generate_series(1, ${count}) returning id)
    insert into conversations (organization_id, id, lead_id, integration_id, phone, wake_seq, due_at)
    select ${organizationId}, gen_random_uuid(), id, ${integrationId}, '1', 1, now() from people
    returning id`;
  return rows.map(({ id }) => id);
}

const wakeUp = (organizationId: string, conversationId: string) =>
  ({ v: 1, organizationId, conversationId, cause: "message" }) as const;

const wakeUps = (organizationId: string, conversationIds: readonly string[]) =>
  conversationIds.map((conversationId) => ({
    stream: "turns" as const,
    entry: wakeUp(organizationId, conversationId),
  }));

describe("invariant 32: a hot tenant does not starve the others", () => {
  test("holds no more turns than its share, and all of them are answered once", async () => {
    const [hot, quiet] = [newId(), newId()];
    const gate = Promise.withResolvers<void>();
    const thinking = { now: 0, most: 0 };
    const answered: string[] = [];
    const turn = createTurnHandler({
      ...world,
      log: silentLog,
      workerId: "w1",
      announcer,
      showTyping() {},
      calendar: weeklyCalendar(world.db),
      crash() {},
      onTurn() {},
      onLlmCall() {},
      thinker: {
        summarise: async () => ({ kind: "failed", reason: "not asked for here" }),
        think: async ({ organizationId, conversationId }) => {
          if (organizationId === hot) {
            thinking.now += 1;
            thinking.most = Math.max(thinking.most, thinking.now);
            await gate.promise;
            thinking.now -= 1;
          }
          answered.push(conversationId);
          return { kind: "no_reply", decision };
        },
      },
    });
    const hotOnes = await waiting(hot, HOT);
    const [quietOne = ""] = await waiting(quiet, 1);
    await announcer.announce({ append: wakeUps(hot, hotOnes) });
    await announcer.announce({ append: wakeUps(quiet, [quietOne]) });
    const handle = fairTurns<Delivery<"turns">>({ ...world, announcer }, turn);
    await serve({
      turns: async (deliveries) => void (await Promise.all(deliveries.map(handle))),
    });
    // Not one of the hundred is done, and none will be before this.
    await eventually(
      () => answered.includes(quietOne) && thinking.now === TURNS_OF_ONE_ORGANIZATION,
    );
    expect(answered).toEqual([quietOne]);
    gate.resolve();
    await eventually(() => answered.length === HOT + 1, { timeoutMs: 20_000 });
    expect(answered.toSorted()).toEqual([...hotOnes, quietOne].toSorted());
    expect(thinking.most).toBe(TURNS_OF_ONE_ORGANIZATION);
  }, 40_000);
});

describe("a busy number", () => {
  const entryFor = (integrationId: string) => ({
    stream: "outbound" as const,
    entry: { v: 1 as const, organizationId: newId(), integrationId },
  });

  test("holds no more places than its share; of its other wake-ups one waits and looks last", async () => {
    const gate = Promise.withResolvers<void>();
    const looks = new Map<string, number>();
    const running = { now: 0, most: 0 };
    const [busy, quiet] = [newId(), newId()];
    const handle = fairNumbers<Delivery<"outbound">>(async ({ entry }) => {
      looks.set(entry.integrationId, (looks.get(entry.integrationId) ?? 0) + 1);
      if (entry.integrationId !== busy) return;
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await gate.promise;
      running.now -= 1;
    });
    await announcer.announce({ append: Array.from({ length: 400 }, () => entryFor(busy)) });
    await announcer.announce({ append: [entryFor(quiet)] });
    await serve({
      outbound: async (deliveries) => void (await Promise.all(deliveries.map(handle))),
    });
    await eventually(() => looks.get(quiet) === 1);
    expect(looks.get(busy)).toBe(4);
    gate.resolve();
    await eventually(() => looks.get(busy) === 5 && running.now === 0);
    expect(running.most).toBe(4);
  });
});

test("what waits on its row is not overtaken by what comes later", async () => {
  const organizationId = newId();
  const conversations = await waiting(organizationId, 35);
  const [late = "", longest = ""] = conversations.splice(0, 2);
  await world.db.rows`
    update conversations set due_at = now() - interval '1 hour' where id = ${longest}`;
  const running = new Map<string, () => void>();
  const news: News[] = [];
  const looks = { areFailing: true };
  const rows: typeof world.db.rows = (...statement) => {
    if (looks.areFailing) throw new Error("Postgres is away.");
    return world.db.rows(...statement);
  };
  const handle = fairTurns<Pick<Delivery<"turns">, "entry" | "signal">>(
    {
      ...world,
      db: { ...world.db, rows },
      announcer: { announce: async (one) => void news.push(one) },
    },
    ({ entry }) => new Promise((resolve) => running.set(entry.conversationId, resolve)),
  );
  const failures: unknown[] = [];
  const come = async (conversationId: string) => {
    const entry = wakeUp(organizationId, conversationId);
    let isOver = false;
    void handle({ entry, signal: new AbortController().signal }).then(
      () => {
        isOver = true;
      },
      (error: unknown) => void failures.push(error),
    );
    await Bun.sleep(0);
    return isOver ? "let go" : "in hand";
  };
  // 24 run and 8 wait; the 33rd and the longest waiting one are let go.
  const fates = [];
  for (const id of [...conversations, longest]) fates.push(await come(id));
  expect(fates.filter((fate) => fate === "let go")).toHaveLength(2);
  expect(running.size).toBe(24);

  // A look that failed is made up for by the next that ends.
  running.get(conversations[0] ?? "")?.();
  await eventually(() => failures.length === 1);
  looks.areFailing = false;
  running.get(conversations[1] ?? "")?.();
  await eventually(() => news.length === 1);
  expect(news[0]?.append).toEqual(wakeUps(organizationId, [longest]));
  expect(await come(late)).toBe("let go");
  expect(await come(longest)).toBe("in hand");
});

test("a wake-up that is interrupted while it waits is not acknowledged as let go", async () => {
  const signal = AbortSignal.abort(new Error("Shutting down."));
  const never = () => Promise.reject(new Error("Handled after all."));
  const numbers = fairNumbers<Pick<Delivery<"outbound">, "entry" | "signal">>(never);
  const outbound = { v: 1, organizationId: newId(), integrationId: newId() } as const;
  expect(numbers({ entry: outbound, signal })).rejects.toThrow("Shutting down.");
  const turns = fairTurns<Pick<Delivery<"turns">, "entry" | "signal">>(
    { ...world, announcer },
    never,
  );
  const entry = wakeUp(newId(), newId());
  expect(turns({ entry, signal })).rejects.toThrow("Shutting down.");
});
