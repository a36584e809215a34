import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { getConversation } from "../../src/modules/conversations/list.ts";
import { callbackDataOf } from "../../src/whatsapp/callback-data.ts";
import type { SendResult } from "../../src/whatsapp/client.ts";
import { createWorld, type World } from "./world.ts";

const HOUR_MS = 3_600_000;

let world: World;
beforeEach(async () => {
  world = await createWorld("window");
});
afterEach(() => world.close());

const closedByMeta: SendResult = {
  ...{ kind: "rejected", code: 131047, title: "Re-engagement message", details: "" },
  class: "window_closed",
};

/** A lead wrote and the bot's reply is queued. */
async function queued(item: Parameters<World["receive"]>[0] = {}): Promise<string> {
  await world.receive(item);
  const { id } = await world.conversation();
  await world.turn(id);
  return id;
}

const row = async () => {
  const { id } = await world.conversation();
  return await getConversation(world.db, world.organizationId, id, world.clock.now());
};
const shown = async () =>
  (await world.outgoing()).map(({ author, kind, state }) => [author, kind, state]);

/** The number's template that asks a lead to write again. */
async function setReopening({
  category = "UTILITY",
  status = "APPROVED",
  text = "We have your answer. Shall we go on?",
} = {}): Promise<void> {
  const id = newId();
  await world.db.rows`
    insert into templates (organization_id, id, integration_id, name, language, category, status,
      components)
    values (${world.organizationId}, ${id}, ${world.integrationId}, 'go_on', 'en', ${category},
      ${status}, ${world.db.json([{ type: "BODY", text }])})`;
  await world.db.rows`update integrations set reopening_template_id = ${id}`;
}

describe("the service window", () => {
  test("ends 24 hours after the lead's last message, on business time: not a second later", async () => {
    await queued();
    world.clock.setOffsetMs(24 * HOUR_MS - 5_000);
    expect((await row()).window).toMatchObject({ open: true });
    await world.deliver();
    expect(world.sends).toHaveLength(1);
  });

  test("a reply that waited until it was closed is not sent, and a person is called", async () => {
    await queued();
    world.clock.setOffsetMs(24 * HOUR_MS);
    expect((await row()).window).toMatchObject({ open: false });
    await world.deliver();
    expect(world.sends).toHaveLength(0);
    expect(await world.outgoing()).toMatchObject([
      { state: "cancelled", cancelReason: "window_closed", attempts: 0 },
    ]);
    expect(await world.conversation()).toMatchObject({ attentionReason: "window_closed" });
    expect(world.events.map(({ kind }) => kind)).toContain("attention.required");
  });

  test("what a person wrote goes no further either; a template does", async () => {
    await queued();
    world.clock.setOffsetMs(25 * HOUR_MS);
    await world.db.rows`update messages set author = 'human' where direction = 'out'`;
    await world.deliver();
    expect(await shown()).toEqual([["human", "text", "cancelled"]]);
    const content = { type: "template", name: "go_on", language: "en", variables: [] };
    await world.db.rows`update messages set state = 'queued', cancel_reason = null,
      kind = 'template', payload = ${world.db.json(content)} where direction = 'out'`;
    await world.deliver();
    expect(await shown()).toEqual([["human", "template", "accepted"]]);
  });

  test("the lead writes just before the claim judges: the message goes out", async () => {
    await queued();
    world.clock.setOffsetMs(25 * HOUR_MS);
    const now = world.clock.now().toISOString();
    await world.receive({ text: "Still there?", sentAt: now });
    await world.deliver();
    expect(world.sends).toHaveLength(1);
  });
});

describe("a reply that meets a closed window", () => {
  test("is replaced by the number's template, once, and nobody is called", async () => {
    await setReopening();
    await queued();
    world.clock.setOffsetMs(25 * HOUR_MS);
    await world.deliver();
    expect(world.sends).toMatchObject([
      { content: { type: "template", name: "go_on", language: "en", variables: [] } },
    ]);
    expect(await shown()).toEqual([
      ["bot", "text", "cancelled"],
      ["bot", "template", "accepted"],
    ]);
    expect(await world.conversation()).toMatchObject({ attentionReason: null });

    // A second answer in the same closed window asks nobody again.
    await world.db.rows`
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, state, priority, next_attempt_at, expires_at, fence, sent_at)
      select organization_id, gen_random_uuid(), id, integration_id, last_seq + 1, 'out', 'bot',
        'text', 'More', 'queued', 2, now(), now() + interval '1 hour', fence, now()
      from conversations`;
    await world.db.rows`update conversations set last_seq = last_seq + 1`;
    await world.deliver();
    expect(world.sends).toHaveLength(1);
    expect((await shown()).at(-1)).toEqual(["bot", "text", "cancelled"]);
  });

  test.each([
    ["that Meta has not approved", { status: "PENDING" }],
    ["with variables", { text: "Hi {{1}}, shall we go on?" }],
  ])("a template %s is not sent: a person is called", async (_, template) => {
    await setReopening(template);
    await queued();
    world.clock.setOffsetMs(25 * HOUR_MS);
    await world.deliver();
    expect(world.sends).toHaveLength(0);
    expect(await world.conversation()).toMatchObject({ attentionReason: "window_closed" });
  });

  test("a marketing template is not sent to whom marketing is unwelcome", async () => {
    await setReopening({ category: "MARKETING" });
    await queued();
    await world.db.rows`update leads set marketing_stopped_at = now()`;
    world.clock.setOffsetMs(25 * HOUR_MS);
    await world.deliver();
    expect(world.sends).toHaveLength(0);
    expect(await world.conversation()).toMatchObject({ attentionReason: "window_closed" });
  });

  test("a template that waits is withdrawn when the lead has written meanwhile", async () => {
    await setReopening();
    await queued();
    world.clock.setOffsetMs(25 * HOUR_MS);
    const send = world.send;
    world.send = () => ({ kind: "not_sent", why: "ECONNREFUSED" });
    await world.deliver();
    await world.deliver();
    expect((await shown()).at(-1)).toEqual(["bot", "template", "queued"]);
    await world.receive({ sentAt: world.clock.now().toISOString() });
    world.send = send;
    world.sends.length = 0;
    await world.db.rows`update messages set next_attempt_at = now() where state = 'queued'`;
    await world.deliver();
    expect(world.sends).toEqual([]);
    const [template] = (await world.outgoing()).filter(({ kind }) => kind === "template");
    expect(template).toMatchObject({ state: "cancelled", cancelReason: "superseded" });
  });

  test("a chat that a person holds gets no template of the bot's", async () => {
    await setReopening();
    await queued();
    world.clock.setOffsetMs(25 * HOUR_MS);
    await world.db.rows`update conversations set mode = 'human'`;
    await world.db.rows`update messages set author = 'human' where direction = 'out'`;
    await world.deliver();
    expect(world.sends).toHaveLength(0);
    expect(await world.conversation()).toMatchObject({ attentionReason: "window_closed" });
  });

  test("a nudge is not sent and calls nobody; with a template that goes instead", async () => {
    const id = await queued();
    await world.deliver();
    world.clock.setOffsetMs(11 * 60_000);
    await world.turn(id, "follow_up");
    world.clock.setOffsetMs(25 * HOUR_MS);
    await world.deliver();
    expect(world.sends).toHaveLength(1);
    expect(await world.conversation()).toMatchObject({ attentionReason: null });
    await setReopening();
    await world.db.rows`update messages set state = 'queued', cancel_reason = null
      where cancel_reason = 'window_closed'`;
    await world.deliver();
    expect(world.sends.at(-1)).toMatchObject({ content: { name: "go_on" } });
  });
});

describe("Meta's word goes before our clock", () => {
  test("refused as it was sent: cancelled, asked by template, and closed until the lead writes", async () => {
    await setReopening();
    await queued();
    world.send = () => closedByMeta;
    await world.deliver();
    expect((await world.outgoing())[0]).toMatchObject({
      ...{ state: "cancelled", cancelReason: "window_closed", errorCode: 131047, attempts: 1 },
    });
    expect((await row()).window).toMatchObject({ open: false });
    await world.receive({ text: "Yes" });
    expect((await row()).window).toMatchObject({ open: true });
  });

  test("refused later, by a status: failed, and a person is called; sent twice changes nothing", async () => {
    await queued();
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    const error = { code: 131047, title: "Re-engagement", message: null, details: null };
    const status = { wamid: "wamid.1", status: "failed", errors: [error] };
    await world.receipt(status, status);
    await world.receipt(status);
    expect(await world.outgoing()).toMatchObject([{ state: "failed", errorCode: 131047 }]);
    expect(await world.conversation()).toMatchObject({ attentionReason: "window_closed" });
    expect((await row()).window).toMatchObject({ open: false });
  });

  test("refused by a status: the template is queued and its number woken", async () => {
    await setReopening();
    await queued();
    const [reply] = await world.outgoing();
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    world.appended.length = 0;
    const error = { code: 131047, title: "Re-engagement", message: null, details: null };
    const callbackData = callbackDataOf(reply?.id ?? "", 1);
    await world.receipt({ wamid: "wamid.1", status: "failed", errors: [error], callbackData });
    expect(await shown()).toEqual([
      ["bot", "text", "failed"],
      ["bot", "template", "queued"],
    ]);
    expect(world.appended).toMatchObject([{ stream: "outbound" }]);
    expect(await world.conversation()).toMatchObject({ attentionReason: null });
  });

  test("a refusal of what the lead has answered since closes nothing", async () => {
    await queued();
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    await world.receive({ text: "Thanks" });
    const error = { code: 131047, title: "Re-engagement", message: null, details: null };
    await world.receipt({ wamid: "wamid.1", status: "failed", errors: [error] });
    expect((await row()).window).toMatchObject({ open: true });
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
  });
});

describe("the free entry point", () => {
  const ad = { source_type: "ad", source_id: "1", headline: "Solar" };
  const fromAd = { referral: ad, raw: { type: "text", referral: ad } };
  const freeForMs = async () => {
    const { freeEntryClosesAt, asOf } = (await row()).window;
    return freeEntryClosesAt === null ? null : Date.parse(freeEntryClosesAt) - Date.parse(asOf);
  };

  test("lasts 72 hours from our first answer to a lead whom an ad brought", async () => {
    const id = await queued(fromAd);
    expect(await freeForMs()).toBeNull();
    world.clock.setOffsetMs(2 * HOUR_MS);
    await world.deliver();
    expect(await freeForMs()).toBeWithin(72 * HOUR_MS - 10_000, 72 * HOUR_MS + 1);
    // A later answer does not prolong it.
    world.clock.setOffsetMs(12 * HOUR_MS);
    await world.receive({ text: "And?", sentAt: world.clock.now().toISOString() });
    await world.turn(id);
    await world.deliver();
    expect(world.sends).toHaveLength(2);
    expect(await freeForMs()).toBeWithin(62 * HOUR_MS - 20_000, 62 * HOUR_MS + 1);
    world.clock.setOffsetMs(75 * HOUR_MS);
    expect(await freeForMs()).toBeNull();
    // It is not the service window, which ended long ago.
    expect((await row()).window.open).toBe(false);
  });

  test("does not begin without an ad, nor when we answered too late", async () => {
    await queued();
    await world.deliver();
    expect(await freeForMs()).toBeNull();
    await world.db.rows`update messages set raw = ${world.db.json({ referral: ad })},
      sent_at = now() - interval '25 hours' where direction = 'in'`;
    await world.receive({ text: "Hello?" });
    await world.turn((await world.conversation()).id);
    await world.deliver();
    expect(world.sends).toHaveLength(2);
    expect(await freeForMs()).toBeNull();
  });

  test("ends when Meta says so", async () => {
    await queued(fromAd);
    world.send = () => ({ kind: "accepted", wamid: "wamid.1" });
    await world.deliver();
    const endsAt = Math.floor(Date.now() / 1_000) + 70 * 3_600;
    const conversation = {
      origin: { type: "referral_conversion" },
      expiration_timestamp: String(endsAt),
    };
    const status = { wamid: "wamid.1", status: "sent", raw: { conversation } };
    await world.receipt(status, status);
    expect((await row()).window.freeEntryClosesAt).toBe(new Date(endsAt * 1_000).toISOString());
  });
});
