import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { takeReach } from "../../src/flows/deliver/reach.ts";
import { newId } from "../../src/lib/ids.ts";
import { paceBuckets } from "../../src/whatsapp/pace.ts";
import { gcra } from "../../streams/gcra.ts";
import { dropLent, lentDatabase } from "../support/database.ts";
import { addNumber, createWorld, type World } from "./world.ts";

const HOUR_MS = 3_600_000;

let world: World;
beforeEach(async () => {
  world = await createWorld("pacing", lentDatabase);
});
afterEach(() => world.close());
afterAll(dropLent);

/** One queued message to each of so many people; `age`: hours since they last wrote. */
async function queued(
  count: number,
  {
    text = "Hello",
    author = "bot",
    priority = 2,
    kind = "text",
    age = 0,
    integrationId = world.integrationId,
  } = {},
): Promise<void> {
  const content = { type: "template", name: "t", language: "en", variables: [] };
  await world.db.rows`
    with people as (
      insert into leads (organization_id, id)
      select ${world.organizationId}, gen_random_uuid() from generate_series(1, ${count}::int)
      returning id
    ), chats as (
      insert into conversations (organization_id, id, lead_id, integration_id, phone, last_seq,
        last_lead_message_at)
      select ${world.organizationId}, gen_random_uuid(), id, ${integrationId}, id::text, 1,
        now() - ${age} * interval '1 hour'
      from people returning id
    )
    insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
      author, kind, text, payload, state, priority, next_attempt_at, expires_at, fence, sent_at)
    select ${world.organizationId}, gen_random_uuid(), id, ${integrationId}, 1, 'out', ${author},
      ${kind}, ${text}, ${kind === "template" ? world.db.json(content) : null}, 'queued',
      ${priority}, now(), now() + interval '2 days', 0, now() from chats`;
}

describe("the number's pace", () => {
  test("a refusal holds no slot and puts nobody off: the number comes back when it may", async () => {
    await queued(3);
    world.pace = () => ({ retryAfterMs: 7_000, of: "number" });
    const before = await world.db.rows`select next_attempt_at from messages`;
    await world.deliver();
    expect(world.sends).toHaveLength(0);
    expect((world.scheduled.at(-1)?.atMs ?? 0) - Date.now()).toBeWithin(5_000, 7_001);
    expect(await world.db.rows`select next_attempt_at from messages`).toEqual(before);
  });

  test("people go before replies before nudges, however long these wait already", async () => {
    // The number's real bucket, on a clock that stands still between wake-ups.
    const [bucket] = paceBuckets({ integrationId: "i", sendsPerSecond: 20 }, "nobody");
    if (bucket === undefined) throw new Error("There is no bucket.");
    let [nowMs, arrivalUs] = [Date.now(), 0];
    world.pace = () => {
      const decision = gcra([{ rate: bucket, arrivalUs }], nowMs);
      if (!decision.allowed) return { retryAfterMs: decision.retryAfterMs, of: "number" };
      arrivalUs = decision.arrivalsUs[0] ?? 0;
      return null;
    };
    await queued(12, { priority: 3, text: "nudge" });
    const round = async () => {
      nowMs += 60;
      await world.deliver();
    };
    for (let n = 0; n < 3; n += 1) await round();
    const nudges = world.sends.length;
    expect(nudges).toBeWithin(1, 8);
    await queued(4, { priority: 2, text: "reply" });
    await queued(4, { priority: 0, author: "human", text: "human" });
    while (world.sends.length < 20) await round();
    const order = world.sends.slice(nudges).map(({ text }) => text);
    expect(order.slice(0, 4)).toEqual(Array(4).fill("human"));
    expect(order.slice(4, 8)).toEqual(Array(4).fill("reply"));
  });

  test("one person's pace puts off that person's message alone", async () => {
    await queued(2);
    let first = true;
    world.pace = () => {
      if (!first) return null;
      first = false;
      return { retryAfterMs: 60_000, of: "recipient" };
    };
    await world.deliver();
    expect(world.sends).toHaveLength(1);
    expect((world.scheduled.at(-1)?.atMs ?? 0) - Date.now()).toBeWithin(50_000, 60_001);
  });
});

describe("the portfolio's messaging limit", () => {
  const limited = (limit: number | null) =>
    world.db.rows`update integrations set messaging_limit = ${limit}`;

  test("counts people outside their window, once each, over all numbers of the portfolio", async () => {
    const other = newId();
    await addNumber(world.db, world.organizationId, other, "200");
    await limited(3);
    await queued(2, { kind: "template", age: 30 });
    await queued(4, { kind: "template", age: 30, integrationId: other });
    await world.deliver();
    await world.deliverOver(other);
    expect(world.sends).toHaveLength(3);
    const waiting = (await world.outgoing()).filter(({ state }) => state === "queued");
    expect(waiting.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    // Somebody's place is free a day after they were written to.
    expect((world.scheduled.at(-1)?.atMs ?? 0) - Date.now()).toBeWithin(23 * HOUR_MS, 24 * HOUR_MS);
    world.clock.setOffsetMs(24 * HOUR_MS + 1_000);
    await world.db.rows`update messages set next_attempt_at = now() where state = 'queued'`;
    await world.deliverOver(other);
    expect(world.sends).toHaveLength(6);
  });

  test("does not count people inside their window, nor anybody while no limit is known", async () => {
    await limited(0);
    await queued(2, { kind: "template", age: 1 });
    await queued(2);
    await world.deliver();
    expect(world.sends).toHaveLength(4);
    await limited(null);
    await queued(2, { kind: "template", age: 30 });
    await world.deliver();
    expect(world.sends).toHaveLength(6);
  });

  test("holds however many ask at once, and whoever has a place keeps it", async () => {
    const people = Array.from({ length: 30 }, () => newId());
    const now = new Date();
    const ask = (leadId: string) =>
      takeReach(world.db, { portfolioId: "p", leadId, limit: 10 }, now);
    const answers = await Promise.all(people.map(ask));
    const reached = people.filter((_, at) => answers[at] === null);
    expect(reached).toHaveLength(10);
    expect(await Promise.all(reached.map(ask))).toEqual(Array(10).fill(null));
    const [another = ""] = people.filter((one) => !reached.includes(one));
    expect(await ask(another)).toMatchObject({ retryAfterMs: 24 * HOUR_MS });
  });
});
