import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { demoNumber } from "../../src/db/seed/northwind.ts";
import { newId } from "../../src/lib/ids.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";
import { eventually } from "../support/wait.ts";
import { createInstallation, type Installation, textFrom, webhookBody } from "./installation.ts";

describe("what comes in one POST", () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await createInstallation(["api", "worker", "scheduler"]);
  });
  afterAll(() => installation.stop());

  const storedWamids = async (wamids: readonly string[]) =>
    await installation.db.rows<{ wamid: string }>`
      select wamid from messages where wamid = any(${[...wamids]}) order by wamid`;

  test("several people, an unknown type and a broken item: one reply each, nothing lost", async () => {
    const people = ["15550103001", "15550103002", "15550103003"];
    const texts = people.flatMap((from) => [textFrom(from, "Hi"), textFrom(from, "price?")]);
    const unknown = { ...textFrom("15550103004", ""), type: "hologram", hologram: { depth: 3 } };
    const [first, ...others] = texts;
    const body = webhookBody({ messages: [first, null, unknown, { type: "text" }, 7, ...others] });
    expect((await installation.webhook(body)).status).toBe(200);

    for (const person of people) expect(await installation.settled(person, 1)).toHaveLength(1);
    const wamids = [...texts.map(({ id }) => id), unknown.id];
    expect(await storedWamids(wamids)).toHaveLength(wamids.length);
    const [kept] = await installation.db.rows<{ raw: { hologram?: unknown } }>`
      select raw from messages where wamid = ${unknown.id}`;
    expect(kept?.raw.hologram).toEqual({ depth: 3 });
    const broken = await eventually(async () => {
      const rows = await installation.db.rows`
        select 1 from notices where field = 'unreadable'`;
      return rows.length >= 3 ? rows : null;
    });
    expect(broken).toHaveLength(3);
    expect(await installation.ledger("15550103004")).toHaveLength(0);
  });

  test("the same POST a hundred times in parallel: still one message and one reply", async () => {
    const lead = "15550103010";
    const body = webhookBody({ messages: [textFrom(lead, "How much?", "wamid.hundred")] });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => installation.webhook(body)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await installation.settled(lead, 1)).toHaveLength(1);
    expect(await storedWamids(["wamid.hundred"])).toHaveLength(1);
  });

  test("a tap on a button and on a list row are understood as the words on them", async () => {
    const lead = "15550103020";
    const timestamp = String(Math.floor(Date.now() / 1000));
    const base = { from: lead, timestamp };
    const messages = [
      {
        ...base,
        id: "wamid.button",
        type: "interactive",
        interactive: { type: "button_reply", button_reply: { id: "p", title: "See prices" } },
      },
      {
        ...base,
        id: "wamid.list",
        type: "interactive",
        interactive: { type: "list_reply", list_reply: { id: "w", title: "Warranty" } },
      },
      {
        ...base,
        id: "wamid.quick",
        type: "button",
        button: { payload: "x", text: "Tell me more" },
      },
    ];
    expect((await installation.webhook(webhookBody({ messages }))).status).toBe(200);
    await installation.settled(lead, 1);
    const rows = await installation.db.rows<{ text: string }>`
      select m.text from messages m where m.wamid = any(${messages.map(({ id }) => id)})
      order by m.seq`;
    expect(rows.map(({ text }) => text)).toEqual(["See prices", "Warranty", "Tell me more"]);
  });

  test("an organization's own app cannot speak for another's number", async () => {
    const box = createSecretBox([Buffer.alloc(32, 7).toString("base64")]);
    const [organizationId, id] = [newId(), newId()];
    await installation.db.rows`
      insert into organizations (id, name) values (${organizationId}, 'Intruder')`;
    await installation.db.rows`
      insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
        display_phone_number, access_token_box, webhook_key, app_secret_box, verify_token_box)
      values (${organizationId}, ${id}, '42', 'waba-42', 'p-42', '+42',
        ${box.seal("t", `integrations.access_token:${id}`)}, 'intruder',
        ${box.seal("intruder-secret", `integrations.app_secret:${id}`)},
        ${box.seal("v", `integrations.verify_token:${id}`)})`;
    const lead = "15550103030";
    const own = webhookBody({ messages: [textFrom(lead, "mine")], phoneNumberId: "42" });
    const foreign = webhookBody({
      messages: [textFrom(lead, "yours")],
      phoneNumberId: demoNumber.phoneNumberId,
    });
    const both = { ...own, entry: [...foreign.entry, ...own.entry] };
    const post = () => installation.webhook(both, "intruder-secret", "/webhooks/whatsapp/intruder");
    await eventually(async () => (await post()).status === 200);
    const rows = await eventually(async () => {
      const found = await installation.db.rows<{ organizationId: string; text: string }>`
        select m.organization_id, m.text from messages m
        join conversations c on c.id = m.conversation_id where c.phone = ${lead}`;
      return found.length > 0 ? found : null;
    });
    expect(rows).toEqual([{ organizationId, text: "mine" }]);
  });
});
