import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { addNumber, ann } from "../world.ts";
import { AT, createDesk, type Desk, FIRST, TEMPLATE_ID, TIME } from "./desk.ts";
import { fixtures, type NoticeFixture } from "./fixtures.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk("notices");
});
beforeEach(() => desk.reset());
afterAll(() => desk.close());

/** Everything a notice can change, but for when rows were touched. */
async function everything() {
  const alerts = await desk.alerts();
  return {
    notices: await desk.notices(),
    alerts,
    template: await desk.template(),
    numbers: await desk.numbers(),
    lead: await desk.lead(),
    events: desk.events.map(({ eventId }) => eventId),
  };
}

async function expectAlerts({ alerts: wanted = [], events }: NoticeFixture) {
  const alerts = await desk.alerts();
  const raised = alerts.map(({ kind, severity }) => [kind, severity]);
  expect(raised.toSorted()).toEqual(wanted.map((alert) => [...alert]).toSorted());
  for (const { text } of alerts) expect(text).not.toMatch(/undefined|null|\[object/);
  const kinds: string[] = desk.events.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "alert.raised")).toHaveLength(wanted.length);
  if (events) expect(kinds.filter((kind) => kind !== "alert.raised")).toEqual([...events]);
}

async function expectEffects({ template, number, numbers, lead }: NoticeFixture) {
  if (template) expect(await desk.template()).toMatchObject(template);
  if (number) expect((await desk.numbers())[0]).toMatchObject(number);
  if (numbers) expect(await desk.numbers()).toMatchObject([numbers, numbers]);
  if (lead) expect(await desk.lead()).toMatchObject(lead);
}

describe("a notice of Meta's is taken, kept and has its effect once", () => {
  test.each(fixtures.map((fixture) => [`${fixture.field}: ${fixture.catches}`, fixture] as const))(
    "%s",
    async (_, fixture) => {
      const { field, value } = fixture;
      expect(await desk.receive(fixture)).toBe(200);

      const raw = JSON.parse(JSON.stringify({ field, value }));
      expect(await desk.notices()).toMatchObject([{ field, raw }]);
      await expectAlerts(fixture);
      await expectEffects(fixture);

      const before = await everything();
      expect(await desk.receive(fixture)).toBe(200);
      expect(await everything()).toEqual(before);
    },
  );

  test("one that has its effect is marked; after a crash between the two it has it again, once", async () => {
    const change = { field: "account_update", value: { event: "ACCOUNT_DELETED" } };
    await desk.receive(change);
    const before = await everything();
    await desk.world.db.rows`update notices set effected_at = null`;
    await desk.receive(change);
    const after = await everything();
    expect(after.numbers).toEqual(before.numbers);
    expect(after.alerts).toEqual(before.alerts);
    expect(after.notices.every(({ effectedAt }) => effectedAt !== null)).toBe(true);
  });
});

const status = (event: string, time: number | undefined) => ({
  field: "message_template_status_update",
  value: { event, message_template_id: TEMPLATE_ID, message_template_name: "go_on" },
  time,
});

test("a redelivery does not stop again what somebody has put right since", async () => {
  const change = { field: "account_update", value: { event: "ACCOUNT_DELETED" } };
  await desk.receive(change);
  await desk.world.db.rows`
    update integrations set stopped_at = null, stop_reason = null, stop_text = null`;
  await desk.receive(change);
  expect(await desk.numbers()).toMatchObject([{ stopReason: null }, { stopReason: null }]);
});

describe("the order in which things happened decides, not the one in which they come", () => {
  test("for a template's status, quality and category", async () => {
    await desk.receive(status("APPROVED", TIME + 20));
    await desk.receive(status("PAUSED", TIME + 10));
    expect(await desk.template()).toMatchObject({ status: "APPROVED" });
    await desk.receive(status("PAUSED", TIME + 30));
    expect(await desk.template()).toMatchObject({ status: "PAUSED" });

    const score = (new_quality_score: string, time: number) => ({
      field: "message_template_quality_update",
      value: { message_template_id: TEMPLATE_ID, new_quality_score },
      time,
    });
    await desk.receive(score("GREEN", TIME + 20), score("RED", TIME + 10));
    expect(await desk.template()).toMatchObject({ quality: "GREEN" });
  });

  test("for a ban and its end", async () => {
    const ban = (waba_ban_state: string, time: number) => ({
      field: "account_update",
      value: { event: "DISABLED_UPDATE", ban_info: { waba_ban_state } },
      time,
    });
    await desk.receive(ban("REINSTATE", TIME + 20));
    await desk.receive(ban("DISABLE", TIME + 10));
    expect((await desk.numbers()).map(({ stopReason }) => stopReason)).toEqual([null, null]);
    await desk.receive(ban("DISABLE", TIME + 30));
    expect((await desk.numbers()).map(({ stopReason }) => stopReason)).toEqual([
      "account",
      "account",
    ]);
    await desk.receive(ban("REINSTATE", TIME + 40));
    expect((await desk.numbers()).map(({ stopReason }) => stopReason)).toEqual([null, null]);
    expect(await desk.alerts()).toContainEqual(
      expect.objectContaining({ kind: "number_resumed", severity: "info" }),
    );
  });

  test("for the messaging limit and for what a lead wants", async () => {
    const limit = (tier: string, time: number) => ({
      field: "business_capability_update",
      value: { max_daily_conversations_per_business: tier },
      time,
    });
    await desk.receive(limit("TIER_10K", TIME + 20));
    await desk.receive(limit("TIER_250", TIME + 10));
    expect(await desk.numbers()).toMatchObject([
      { messagingLimit: 10_000 },
      { messagingLimit: 10_000 },
    ]);

    const word = (value: string, timestamp: number) => ({
      field: "user_preferences",
      value: {
        user_preferences: [{ user_id: "US.ann", category: "marketing_messages", value, timestamp }],
      },
    });
    await desk.receive(word("stop", TIME + 30));
    await desk.receive(word("stop", TIME + 50));
    await desk.receive(word("resume", TIME + 40));
    expect((await desk.lead())?.marketingStoppedAt).not.toBeNull();
    await desk.receive(word("resume", TIME + 60));
    expect(await desk.lead()).toMatchObject({ marketingStoppedAt: null, version: 3 });
  });

  test("what happens again in the same words is another notice", async () => {
    for (const [event, seconds] of [
      ["PAUSED", 10],
      ["APPROVED", 20],
      ["PAUSED", 30],
    ] as const) {
      await desk.receive(status(event, TIME + seconds));
    }
    expect(await desk.template()).toMatchObject({ status: "PAUSED" });
    expect(await desk.notices()).toHaveLength(3);
  });
});

describe("an effect that fails", () => {
  test("loses no notice, holds up no other, and is had when the notice comes again", async () => {
    const { db } = desk.world;
    await db.rows`alter table integrations add constraint no_stop check (stop_reason is null)`;
    await desk.post([
      { field: "account_update", value: { event: "ACCOUNT_DELETED" } },
      status("PAUSED", TIME + 1),
    ]);
    const deliveries = await desk.take();
    await expect(desk.handle(deliveries)).rejects.toThrow("no_stop");
    expect(await desk.template()).toMatchObject({ status: "PAUSED" });
    expect(await desk.notices()).toHaveLength(2);
    await db.rows`alter table integrations drop constraint no_stop`;
    await desk.handle(deliveries);
    expect(await desk.numbers()).toMatchObject([
      { stopReason: "account" },
      { stopReason: "account" },
    ]);
  });

  test.each([
    ["nothing", null],
    ["a list", []],
    ["a text", "PAUSED"],
    ["an object of nothing", {}],
    [
      "numbers for words",
      { event: 7, decision: {}, user_preferences: {}, message_template_id: [] },
    ],
    ["U+0000", { event: "ACCOUNT\u0000DELETED", decision: "\ud800" }],
  ])("is not caused by %s in any field", async (_, value) => {
    const fields = [...new Set(fixtures.map(({ field }) => field))];
    expect(await desk.receive(...fields.map((field) => ({ field, value })))).toBe(200);
    expect(await desk.template()).toMatchObject({ status: "APPROVED" });
    expect(await desk.numbers()).toMatchObject([{ stopReason: null }, { stopReason: null }]);
  });
});

describe("which numbers a notice is about", () => {
  const { value } = { value: { event: "THROUGHPUT_UPGRADE", display_phone_number: FIRST } };

  test("the one that it shows, however it is written", async () => {
    await desk.receive({ field: "phone_number_quality_update", value });
    expect(await desk.numbers()).toMatchObject([{ sendsPerSecond: 1_000 }, { sendsPerSecond: 80 }]);
    expect(await desk.alerts()).toMatchObject([{ integrationId: desk.world.integrationId }]);
  });

  test("none of another account", async () => {
    await desk.world.db.rows`update integrations set waba_id = 'other' where id = ${desk.secondId}`;
    await desk.receive({ field: "account_update", value: { event: "ACCOUNT_DELETED" } });
    expect(await desk.numbers()).toMatchObject([{ stopReason: "account" }, { stopReason: null }]);
    await desk.world.db.rows`update integrations set waba_id = 'waba'`;
  });

  test("all of the organization's where an entry of an older version names no account", async () => {
    await desk.post([{ field: "account_update", value: { event: "ACCOUNT_DELETED" } }]);
    const old = (await desk.take()).map(({ entry }) => {
      const { account: _, at: __, ...item } = entry.item as Record<string, unknown>;
      return { entry: { ...entry, item } };
    });
    await desk.handle(old);
    expect(await desk.numbers()).toMatchObject([
      { stopReason: "account" },
      { stopReason: "account" },
    ]);
  });

  test("a time in milliseconds, as text, or none is taken", async () => {
    await desk.receive({ ...status("PAUSED", undefined), time: String(TIME * 1_000) });
    const row = await desk.world.db.first<{ statusAt: Date }>`select status_at from templates`;
    expect(row?.statusAt.toISOString()).toBe(AT);
    await desk.receive(status("APPROVED", undefined));
    expect(await desk.template()).toMatchObject({ status: "APPROVED" });
  });
});

describe("an account that several organizations share", () => {
  test("is told of to each of them, and stops the numbers of each", async () => {
    const { db } = desk.world;
    const [neighbour, stranger] = [newId(), newId()];
    for (const [id, waba] of [
      [neighbour, "waba"],
      [stranger, "another"],
    ] as const) {
      await db.rows`insert into organizations (id, name) values (${id}, 'Next door')`;
      const numberId = newId();
      await addNumber(db, id, numberId, `${waba}-number`);
      await db.rows`update integrations set waba_id = ${waba} where id = ${numberId}`;
    }
    desk.neighbours.push(neighbour);
    await desk.receive({
      field: "account_update",
      value: { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE" } },
    });
    const stopped = await db.rows<{ organizationId: string }>`
      select distinct organization_id from integrations where stopped_at is not null`;
    const told = await db.rows<{ organizationId: string }>`
      select distinct organization_id from alerts`;
    const both = [desk.world.organizationId, neighbour].toSorted();
    expect(stopped.map(({ organizationId }) => organizationId).toSorted()).toEqual(both);
    expect(told.map(({ organizationId }) => organizationId).toSorted()).toEqual(both);
    desk.neighbours.length = 0;
    await db.rows`delete from integrations where organization_id in (${neighbour}, ${stranger})`;
  });
});

describe("a call", () => {
  const call = (fields: object) => ({
    field: "calls",
    value: {
      metadata: { phone_number_id: "100" },
      calls: [{ id: "c1", event: "connect", from: ann.phone, timestamp: String(TIME), ...fields }],
    },
  });
  const windowOf = () => desk.world.db.first<{
    lastLeadMessageAt: Date;
    closedInSeq: number | null;
  }>`
    select last_lead_message_at, closed_in_seq::int from conversations`;
  const close = () => desk.world.db.rows`
    update conversations set last_lead_message_at = ${AT}::timestamptz - interval '25 hours',
      closed_in_seq = last_in_seq`;

  test("of a lead opens the window again, also when Meta had called it closed; once, and told", async () => {
    await close();
    await desk.receive(call({}));
    expect(await windowOf()).toEqual({ lastLeadMessageAt: new Date(AT), closedInSeq: null });
    expect(desk.events.map(({ kind }) => kind)).toEqual(["conversation.updated"]);
    await desk.receive(call({ timestamp: String(TIME - 60) }));
    expect(await windowOf()).toMatchObject({ lastLeadMessageAt: new Date(AT) });
    expect(desk.events).toHaveLength(1);
  });

  test("under a user id alone is the same lead's", async () => {
    await close();
    await desk.receive(call({ from: undefined, from_user_id: ann.bsuid }));
    expect(await windowOf()).toMatchObject({ closedInSeq: null });
  });

  test.each([
    ["of the business", { direction: "BUSINESS_INITIATED" }],
    ["that ends", { event: "terminate" }],
    ["of somebody unknown", { from: "4915112345678" }],
  ])("%s opens nothing", async (_, fields) => {
    await close();
    const before = await windowOf();
    await desk.receive(call(fields));
    expect(await windowOf()).toEqual(before);
    expect(desk.events).toEqual([]);
  });
});
