import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { storableItem } from "../../src/whatsapp/storable.ts";
import { bodyFixtures } from "../fixtures/whatsapp/bodies.ts";
import { messageFixtures } from "../fixtures/whatsapp/messages.ts";
import { edit, newPerson, reaction, revoke, words } from "./said.ts";
import { createWebhookWorld, type WebhookWorld } from "./webhook-world.ts";

let it: WebhookWorld;
beforeAll(async () => {
  it = await createWebhookWorld("webhook-fixtures");
});
afterAll(() => it.close());

const now = () => String(Math.floor(Date.now() / 1_000));
const body = (messages: readonly object[], number = "100") =>
  JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "waba",
        changes: [
          { field: "messages", value: { metadata: { phone_number_id: number }, messages } },
        ],
      },
    ],
  });

async function accepted(json: string) {
  const answer = await it.post(json);
  expect(answer.status).toBe(200);
  await it.drain();
}

describe("each kind of message, through the signed route into the chat", () => {
  test.each(Object.entries(messageFixtures))("%s", async (name, fixture) => {
    const { phone, bsuid } = newPerson();
    const id = `kind.${name}`;
    const message = { id, from: phone, from_user_id: bsuid, timestamp: now(), ...fixture.message };
    if (fixture.message["type"] === "system") {
      await accepted(body([{ ...message, id: `${id}.first`, ...words("Hello") }]));
      await it.world.db.rows`update conversations set handled_seq = wake_seq`;
    }
    await accepted(body([message]));
    const stored = await it.world.db.first<{
      text: string | null;
      payload: unknown;
      raw: unknown;
      wakes: boolean;
      attentionReason: string | null;
    }>`
      select m.text, m.payload, m.raw, c.wake_seq > c.handled_seq as wakes, c.attention_reason
      from messages m join conversations c on c.id = m.conversation_id where m.wamid = ${id}`;
    expect(stored).toMatchObject({
      text: fixture.text,
      payload: fixture.content,
      raw: storableItem(message).value,
      wakes: fixture.reader === "bot",
      attentionReason: fixture.reader === "person" ? "unreadable_message" : null,
    });
    const again = await it.world.db.rows`select count(*) from messages`;
    await accepted(body([message]));
    expect(await it.world.db.rows`select count(*) from messages`).toEqual(again);
  });

  test("reactions, edits and deletions change their message, whichever comes first", async () => {
    const { phone, bsuid } = newPerson();
    const from = { from: phone, from_user_id: bsuid, timestamp: now() };
    const one = { id: "chg1", ...from, ...words("One") };
    const two = { id: "chg2", ...from, ...words("Two") };
    await accepted(
      body([
        { id: "chg3", ...from, ...reaction("chg1", "👍") },
        { id: "chg4", ...from, ...edit("chg1", words("One!")) },
        one,
      ]),
    );
    await accepted(body([two, { id: "chg5", ...from, ...revoke("chg2") }]));
    const rows = await it.world.db.rows`
      select text, reactions -> 'lead' ->> 'emoji' as emoji, deleted_at is not null as is_deleted
      from messages where wamid like 'chg%' order by seq`;
    expect(rows).toEqual([
      { text: "One!", emoji: "👍", isDeleted: false },
      { text: null, emoji: null, isDeleted: true },
    ]);
  });
});

describe("each oddity of the envelope", () => {
  test.each(Object.entries(bodyFixtures))(
    "%s",
    async (_name, fixture) => {
      const counts = async () => {
        const rows = await it.world.db.rows<{ field: string; n: number }>`
          select field, count(*)::int as n from notices group by field`;
        return new Map(rows.map(({ field, n }) => [field, n]));
      };
      const before = await counts();
      await accepted(JSON.stringify(fixture.body));
      const stored = await it.world.db.rows<{ wamid: string }>`
        select wamid from messages where wamid = any(${[...fixture.stored]}::text[])`;
      expect(stored.map(({ wamid }) => wamid).toSorted()).toEqual(fixture.stored.toSorted());
      const after = await counts();
      for (const field of new Set(fixture.notices)) {
        const kept = (after.get(field) ?? 0) - (before.get(field) ?? 0);
        expect([field, kept]).toEqual([
          field,
          fixture.notices?.filter((one) => one === field).length ?? 0,
        ]);
      }
      const all = await it.world.db.rows`select wamid, version from messages order by wamid`;
      await accepted(JSON.stringify(fixture.body));
      expect(await it.world.db.rows`select wamid, version from messages order by wamid`).toEqual(
        all,
      );
    },
    60_000,
  );

  test("of mixed accounts, each message lies in its own organization, the stranger's nowhere", async () => {
    const rows = await it.world.db.rows`
      select wamid, organization_id from messages where wamid like 'ma_' order by wamid`;
    expect(rows).toEqual([
      { wamid: "ma1", organizationId: it.world.organizationId },
      { wamid: "ma2", organizationId: it.other.organizationId },
    ]);
  });

  test("people behind usernames are leads of their own, found by their BSUIDs", async () => {
    const rows = await it.world.db.rows`
      select m.wamid, c.phone, c.bsuid, l.username from messages m
        join conversations c on c.id = m.conversation_id join leads l on l.id = c.lead_id
      where m.wamid in ('ep1', 'ep2', 'np1', 'bp1') order by m.wamid`;
    expect(rows).toEqual([
      { wamid: "bp1", phone: null, bsuid: "CO.4", username: null },
      { wamid: "ep1", phone: null, bsuid: "CO.1", username: "luz" },
      { wamid: "ep2", phone: null, bsuid: "CO.2", username: null },
      { wamid: "np1", phone: null, bsuid: "CO.3", username: null },
    ]);
  });
});
