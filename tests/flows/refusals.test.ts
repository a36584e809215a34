import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { claimSend } from "../../src/flows/deliver/claim.ts";
import { newId } from "../../src/lib/ids.ts";
import type { SendResult } from "../../src/whatsapp/client.ts";
import { graphError } from "../../src/whatsapp/error-catalogue.ts";
import { dropLent, lentDatabase } from "../support/database.ts";
import { addNumber, createWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld("refusals", lentDatabase);
});
afterEach(() => world.close());
afterAll(dropLent);

const refused = (code: number): SendResult => ({
  ...{ kind: "rejected", code, title: graphError(code).title, details: "" },
  class: graphError(code).class,
});

const person = (phone: string) => ({ phone, bsuid: `US.${phone}`, username: null, name: null });

/** A lead wrote and the bot's reply is queued. */
async function queued(phone = "14155550100"): Promise<string> {
  await world.receive({ from: person(phone) });
  const [chat] = await world.db.rows<{ id: string }>`
    select id from conversations where phone = ${phone}`;
  await world.turn(chat?.id ?? "");
  return chat?.id ?? "";
}

const number = async () =>
  await world.db.first<{
    stoppedAt: Date | null;
    stopReason: string | null;
    stopText: string | null;
    botPausedUntil: Date | null;
  }>`select stopped_at, stop_reason, stop_text, bot_paused_until from integrations
    where id = ${world.integrationId}`;
const alerts = () =>
  world.db.rows<{ kind: string; severity: string; text: string }>`
    select kind, severity, text from alerts order by created_at`;

describe("a refusal of the number itself", () => {
  test.each([
    [190, "access"],
    [131045, "registration"],
    [131031, "account"],
    [131042, "payment"],
  ] as const)(
    "%d stops it for %s: the message waits without a try, people are told once",
    async (code, reason) => {
      await queued();
      await queued("14155550101");
      const expiries = () => world.db.rows`
        select expires_at from messages where direction = 'out' order by id`;
      const before = await expiries();
      world.send = () => refused(code);
      await world.deliver();
      for (const row of await world.outgoing()) {
        expect(row).toMatchObject({ state: "queued", attempts: 0 });
      }
      expect(await expiries()).toEqual(before);
      expect(await number()).toMatchObject({
        stoppedAt: expect.any(Date),
        stopReason: reason,
        stopText: expect.stringContaining(graphError(code).action),
      });
      expect(await alerts()).toMatchObject([{ kind: "number_stopped", severity: "critical" }]);
      expect(world.events.filter(({ kind }) => kind === "alert.raised")).toHaveLength(1);
    },
  );

  test("while it stands nothing is claimed, no wake-up is planned, and the sweep leaves it alone", async () => {
    await queued();
    await world.db.rows`update integrations set stopped_at = now(), stop_reason = 'access'`;
    await world.db.rows`update messages set next_attempt_at = now() - interval '1 minute'
      where direction = 'out'`;
    const planned = world.scheduled.length;
    await world.deliver();
    expect([world.sends.length, world.scheduled.length - planned]).toEqual([0, 0]);
    expect((await world.sweep()).numbers).toBe(0);
    await world.db.rows`update integrations set stopped_at = null, stop_reason = null`;
    expect((await world.sweep()).numbers).toBe(1);
    await world.deliver();
    expect(world.sends).toHaveLength(1);
  });

  test("what was picked before the stop committed is not claimed after it", async () => {
    const conversationId = await queued();
    const [reply] = await world.outgoing();
    await world.db.rows`update integrations set stopped_at = now(), stop_reason = 'access'`;
    const target = {
      ...{ organizationId: world.organizationId, conversationId, messageId: reply?.id ?? "" },
    };
    expect((await claimSend(world.db, target, world.clock.now())).claim).toBeNull();
    expect(await world.outgoing()).toMatchObject([{ state: "queued", attempts: 0 }]);
  });

  test("another number goes on", async () => {
    await queued();
    world.send = () => refused(190);
    await world.deliver();
    const other = newId();
    await addNumber(world.db, world.organizationId, other, "200");
    await world.db.rows`update messages set integration_id = ${other} where direction = 'out'`;
    await world.db.rows`update conversations set integration_id = ${other}`;
    world.send = () => ({ kind: "accepted", wamid: newId() });
    await world.deliverOver(other);
    expect(world.sends).toHaveLength(2);
  });

  test("in a status it stops the number too", async () => {
    await queued();
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    const error = { code: 131042, title: "Payment issue", message: null, details: null };
    await world.receipt({ wamid: "wamid.1", status: "failed", errors: [error] });
    expect(await number()).toMatchObject({ stopReason: "payment" });
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
  });
});

describe("a number that Meta slows down (131048)", () => {
  test("is silent for the bot: its message waits, no try spent, one alert", async () => {
    await queued();
    world.send = () => refused(131048);
    await world.deliver();
    await world.deliver();
    expect(world.sends).toHaveLength(1);
    expect(await world.outgoing()).toMatchObject([{ state: "queued", attempts: 0 }]);
    const until = (await number())?.botPausedUntil?.getTime() ?? 0;
    expect(until - Date.now()).toBeWithin(29 * 60_000, 31 * 60_000);
    expect(await alerts()).toMatchObject([{ kind: "number_slowed", severity: "warning" }]);
    expect(world.scheduled.at(-1)?.atMs).toBe(until);
  });

  test("lets people write meanwhile; what they wrote and Meta refuses fails and tells them", async () => {
    await queued();
    await world.db.rows`update integrations set bot_paused_until = now() + interval '1 hour'`;
    await world.db.rows`update messages set author = 'human', priority = 0 where direction = 'out'`;
    world.send = () => refused(131048);
    await world.deliver();
    expect(await world.outgoing()).toMatchObject([{ state: "failed", errorCode: 131048 }]);
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
  });

  test("goes on by itself", async () => {
    await queued();
    await world.db.rows`update integrations set bot_paused_until = now() - interval '1 second'`;
    await world.deliver();
    expect(world.sends).toHaveLength(1);
  });
});

describe("a template that Meta sends no more", () => {
  test.each([
    [132015, "PAUSED"],
    [132016, "DISABLED"],
  ] as const)("%d: it is %s in its language, the number goes on", async (code, status) => {
    await queued();
    await addTemplate("again", "en");
    await addTemplate("again", "de");
    await asTemplate("again");
    world.send = () => refused(code);
    await world.deliver();
    const rows = await world.db.rows`select language, status from templates order by language`;
    expect(rows).toEqual([
      { language: "de", status: "APPROVED" },
      { language: "en", status },
    ]);
    expect(world.events.map(({ kind }) => kind)).toContain("template.status");
    expect(await world.outgoing()).toMatchObject([{ state: "failed", errorCode: code }]);
    expect(await number()).toMatchObject({ stoppedAt: null, botPausedUntil: null });
  });
});

test("an account whose templates Meta holds keeps them back, and answers", async () => {
  await queued();
  await queued("14155550101");
  await addTemplate("again", "en");
  const [first] = await world.outgoing();
  await world.db.rows`update messages set kind = 'template', payload = ${world.db.json({
    ...{ type: "template", name: "again", language: "en", variables: [] },
  })} where id = ${first?.id ?? ""}`;
  await world.db.rows`update integrations set templates_held_until = now() + interval '1 hour'`;
  await world.deliver();
  expect((await world.outgoing()).map(({ state }) => state).toSorted()).toEqual([
    "accepted",
    "queued",
  ]);
  await world.db.rows`update integrations set templates_held_until = now()`;
  await world.deliver();
  expect(world.sends).toHaveLength(2);
});

describe("a person who told WhatsApp to stop marketing (131050)", () => {
  test("gets no marketing template any more, by no number, but everything else", async () => {
    await queued();
    await addTemplate("offer", "en");
    await asTemplate("offer");
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    const error = { code: 131050, title: "Stopped", message: null, details: null };
    await world.receipt({ wamid: "wamid.1", status: "failed", errors: [error] });
    const [lead] = await world.db.rows<{ marketingStoppedAt: Date | null }>`
      select marketing_stopped_at from leads`;
    expect(lead?.marketingStoppedAt).not.toBeNull();
    world.send = () => ({ kind: "accepted", wamid: newId() });

    await world.receive({ from: person("14155550100"), text: "And now?" });
    await world.turn((await world.conversation()).id);
    await asTemplate("offer");
    await world.deliver();
    expect((await world.outgoing()).at(-1)).toMatchObject({
      state: "cancelled",
      cancelReason: "marketing_stopped",
    });
    await world.receive({ from: person("14155550100"), text: "Still there?" });
    await world.turn((await world.conversation()).id);
    await world.deliver();
    expect(world.sends).toHaveLength(2);
  });
});

describe("too many messages to one person (131056)", () => {
  const heldForMs = async (phone: string) => {
    const [row] = await world.db.rows<{ ms: number }>`
      select extract(epoch from held_until - now())::float8 * 1000 as ms from conversations
      where phone = ${phone}`;
    return row?.ms ?? 0;
  };
  /** The hold is over. */
  const afterHold = async () => {
    await world.db.rows`update conversations set held_until = now() - interval '1 ms'`;
    await world.db.rows`update messages set next_attempt_at = now() where state = 'queued'`;
  };

  test("waits 4^n s by refusals in a row, and starts anew once Meta takes one", async () => {
    await queued("1");
    world.send = () => refused(131056);
    for (const seconds of [1, 4, 16, 64, 256]) {
      await world.deliver();
      expect(await heldForMs("1")).toBeWithin(seconds * 1_000 - 900, seconds * 1_000 + 1);
      await afterHold();
    }
    world.send = () => ({ kind: "accepted", wamid: newId() });
    await world.deliver();
    expect(await world.outgoing()).toMatchObject([{ state: "accepted", attempts: 6 }]);
    await queued("1");
    world.send = () => refused(131056);
    await world.deliver();
    expect(await heldForMs("1")).toBeWithin(100, 1_001);
  });

  test("holds the next message to the same person too, and nobody else's", async () => {
    await queued("1");
    await world.db.rows`update conversations set pair_refusals = 4`;
    world.send = () => refused(131056);
    await world.deliver();
    // The new reply supersedes the one that waits, but not the wait.
    const again = await queued("1");
    await queued("2");
    world.send = () => ({ kind: "accepted", wamid: newId() });
    await world.deliver();
    expect(world.sends.map(({ to }) => to)).toEqual(["1", "2"]);
    expect((world.scheduled.at(-1)?.atMs ?? 0) - Date.now()).toBeWithin(200_000, 257_000);
    await afterHold();
    await world.deliver();
    expect(world.sends.map(({ to }) => to)).toEqual(["1", "2", "1"]);
    const [row] = await world.db.rows`select held_until from conversations where id = ${again}`;
    expect(row).toEqual({ heldUntil: null });
  });
});

async function addTemplate(
  name: string,
  language: string,
  category = "MARKETING",
): Promise<string> {
  const id = newId();
  await world.db.rows`
    insert into templates (organization_id, id, integration_id, name, language, category, status,
      components)
    values (${world.organizationId}, ${id}, ${world.integrationId}, ${name}, ${language},
      ${category}, 'APPROVED', ${world.db.json([{ type: "BODY", text: "Shall we go on?" }])})`;
  return id;
}

/** What waits to be sent is the template now. */
async function asTemplate(name: string): Promise<void> {
  const content = { type: "template", name, language: "en", variables: [] };
  await world.db.rows`update messages set kind = 'template', payload = ${world.db.json(content)}
    where state = 'queued'`;
}
