import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { PhoneFrame } from "../../src/simulator/phone/contract.ts";
import { verifyBody } from "../../src/whatsapp/signature.ts";
import { eventually } from "../support/wait.ts";
import { changes, type Json, type Rig, secondNumber, startRig, text } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.clear());

const write = (body: object) => rig.api("POST", "/messages?wait=webhook", body);

async function openPhone(persona: string) {
  const frames: PhoneFrame[] = [];
  const socket = new WebSocket(
    `${rig.origin.replace("http", "ws")}/simulator/api/phone?persona=${persona}`,
  );
  socket.addEventListener("message", ({ data }) => frames.push(JSON.parse(String(data))));
  await eventually(() => frames.length > 0);
  return { frames, close: () => socket.close() };
}

describe("a lead's message", () => {
  test("is signed over the raw bytes, escaped as Meta does", async () => {
    await write({ from: "34600000777", name: "Zoë", text: "¿Precio? 😀 a/b" });
    const [{ bytes, signature, json } = expect.unreachable()] = rig.received;
    const { appSecret } = rig.identity;
    expect(verifyBody([appSecret], bytes, signature)).toEqual({ ok: true, secretIndex: 0 });
    const wire = new TextDecoder().decode(bytes);
    expect(wire).toContain("\\u00bfPrecio? \\ud83d\\ude00 a\\/b");
    expect(wire).not.toMatch(/[^\x20-\x7e]/);
    const reserialised = new TextEncoder().encode(JSON.stringify(json));
    expect(verifyBody([appSecret], reserialised, signature).ok).toBe(false);
  });

  test("has Meta's envelope, with number and user id", async () => {
    const { wamid, delivered } = await write({ from: "+34600000777", text: "Hola" });
    expect(delivered).toBe(true);
    expect(rig.received[0]?.json.entry[0].id).toBe(rig.identity.wabaId);
    const [{ value, field }] = changes(rig.received);
    expect(field).toBe("messages");
    expect(value.metadata).toEqual({
      display_phone_number: "15550100999",
      phone_number_id: rig.identity.phoneNumberId,
    });
    expect(value.contacts[0].wa_id).toBe("34600000777");
    expect(value.messages[0]).toMatchObject({
      id: wamid,
      from: "34600000777",
      from_user_id: value.contacts[0].user_id,
      type: "text",
      text: { body: "Hola" },
    });
    expect(value.contacts[0].user_id).toStartWith("ES.");
  });

  test("of somebody without a number has neither from nor wa_id", async () => {
    await write({ from: { bsuid: "CO.123456" }, username: "luz", text: "Hola" });
    const [{ value }] = changes(rig.received);
    expect(value.messages[0]).not.toHaveProperty("from");
    expect(value.contacts).toEqual([
      { profile: { name: "Lead 3456", username: "luz" }, user_id: "CO.123456" },
    ]);
  });

  test("tapping a button or a list row names the message it answers", async () => {
    const context = "wamid.abc";
    await write({ persona: "ana", type: "button_reply", id: "yes", title: "Yes", context });
    await write({
      persona: "ana",
      type: "list_reply",
      id: "row",
      title: "Row",
      description: "More",
      context,
    });
    const [tap, pick] = rig.messages();
    expect(tap.interactive).toEqual({
      type: "button_reply",
      button_reply: { id: "yes", title: "Yes" },
    });
    expect(tap.context).toEqual({ from: "15550100999", id: context });
    expect(pick.interactive.list_reply).toEqual({ id: "row", title: "Row", description: "More" });
  });

  test("passes any other kind through as it is", async () => {
    const message = { type: "image", image: { id: "1", mime_type: "image/jpeg", sha256: "x" } };
    await write({ persona: "ana", type: "raw", message });
    expect(rig.messages()[0]).toMatchObject({ ...message, from: "15550100001" });
  });

  test.each([
    [{ type: "button", title: "Yes", id: "Y" }, { button: { text: "Yes", payload: "Y" } }],
    [{ type: "image", caption: "Roof", mediaId: "7" }, { image: { id: "7", caption: "Roof" } }],
    [{ type: "video" }, { video: { mime_type: "video/mp4" } }],
    [{ type: "audio" }, { audio: { voice: true } }],
    [{ type: "audio", voice: false }, { audio: { voice: false } }],
    [{ type: "document", filename: "a.pdf" }, { document: { filename: "a.pdf" } }],
    [{ type: "sticker", animated: true }, { sticker: { animated: true } }],
    [
      { type: "location", latitude: 1, longitude: 2, placeName: "Home" },
      { location: { latitude: 1, longitude: 2, name: "Home" } },
    ],
    [
      { type: "contacts", cards: [{ name: "Bo", phone: "14155550111" }], origin: "other" },
      { contacts: [{ origin: "other", phones: [{ wa_id: "14155550111" }] }] },
    ],
    [
      { type: "flow_reply", answers: { a: 1 } },
      { interactive: { nfm_reply: { name: "flow", response_json: '{"a":1}' } } },
    ],
    [
      { type: "call_permission", response: "reject" },
      { interactive: { call_permission_reply: { response: "reject" } } },
    ],
    [
      {
        type: "order",
        text: "Soon?",
        items: [{ retailerId: "P", quantity: 2, price: 1.5, currency: "EUR" }],
      },
      { order: { text: "Soon?", product_items: [{ quantity: 2, item_price: 1.5 }] } },
    ],
    [
      { type: "reaction", messageId: "wamid.x", emoji: "👍" },
      { reaction: { message_id: "wamid.x", emoji: "👍" } },
    ],
    [{ type: "reaction", messageId: "wamid.x" }, { reaction: { message_id: "wamid.x" } }],
    [
      { type: "edit", messageId: "wamid.x", text: "New" },
      { edit: { original_message_id: "wamid.x", message: { text: { body: "New" } } } },
    ],
    [{ type: "revoke", messageId: "wamid.x" }, { revoke: { original_message_id: "wamid.x" } }],
    [{ type: "unsupported", what: "poll" }, { unsupported: { type: "poll" } }],
    [
      { text: "Hi", forwarded: true },
      { text: { body: "Hi" }, context: { forwarded: true } },
    ],
    [
      { text: "Hi", referral: { source_type: "ad", ctwa_clid: "c" } },
      { referral: { source_type: "ad", ctwa_clid: "c" } },
    ],
  ])("%j goes out as Meta writes it", async (body, sent) => {
    await write({ persona: "ana", ...body });
    expect(rig.messages()).toMatchObject([{ from: "15550100001", ...sent }]);
  });

  test.each([
    [{ type: "location", latitude: 1 }, "longitude: a location needs it."],
    [{ type: "reaction", emoji: "👍" }, "messageId: a reaction needs it."],
    [{ type: "sticker", caption: "x" }, "caption: a sticker has none."],
    [{ type: "edit", messageId: "m", text: "x", latitude: 1 }, "latitude: a edit has none."],
  ])("%j is refused, and nothing is sent", async (body, detail) => {
    const refused = await rig.api("POST", "/messages", { persona: "ana", ...body });
    expect(refused).toMatchObject({ code: "invalid_input", detail });
    expect(rig.received).toEqual([]);
  });

  test("a new number comes as a system message, and the lead writes under it from then on", async () => {
    const from = "14155557001";
    const newPhone = "14155557002";
    await write({ from, type: "changed_number", newPhone });
    await write({ from: newPhone, text: "It is me" });
    const [{ value }] = changes(rig.received);
    expect(value).not.toHaveProperty("contacts");
    const [told, next] = rig.messages();
    expect(told).toMatchObject({ from, system: { type: "user_changed_number", wa_id: newPhone } });
    expect(next.from).toBe(newPhone);
  });

  test("an edit and a deletion change what the phone shows", async () => {
    const { wamid } = await write({ persona: "ana", text: "Helo" });
    await write({ persona: "ana", type: "edit", messageId: wamid, text: "Hello" });
    expect((await rig.api("GET", "/chats/ana")).data).toMatchObject([{ wamid, text: "Hello" }]);
    await write({ persona: "ana", type: "revoke", messageId: wamid });
    expect((await rig.api("GET", "/chats/ana")).data).toMatchObject([{ wamid, text: "[deleted]" }]);
  });

  test("goes again until it is answered 200, and the ticks wait for it", async () => {
    rig.answerWith(503, 500, 401);
    const { wamid } = await rig.api("POST", "/messages", { persona: "ana", text: "Hi" });
    expect((await rig.api("GET", "/chats/ana")).data).toMatchObject([{ wamid, ticks: "pending" }]);
    await eventually(
      async () => (await rig.api("GET", "/chats/ana")).data[0].ticks === "delivered",
    );
    expect(rig.messages().map(({ id }: Json) => id)).toEqual([wamid, wamid, wamid, wamid]);
  });

  test("sent again with its clientRef is the same message", async () => {
    const body = { persona: "ana", text: "Hi", clientRef: "ref-1" };
    const first = await write(body);
    const second = await write(body);
    expect(second.wamid).toBe(first.wamid);
    expect(rig.messages()).toHaveLength(1);
    expect((await rig.api("GET", "/chats/ana")).data).toMatchObject([{ clientRef: "ref-1" }]);
  });

  test("to the second number is signed with that app's secret and has another user id", async () => {
    await write({ persona: "ana", text: "One" });
    await write({ persona: "ana", text: "Two", phoneNumberId: secondNumber.phoneNumberId });
    const [first, second] = rig.received;
    if (!first || !second) return expect.unreachable();
    const secrets = [secondNumber.appSecret];
    expect(verifyBody(secrets, second.bytes, second.signature).ok).toBe(true);
    expect(verifyBody(secrets, first.bytes, first.signature).ok).toBe(false);
    const [one, two] = rig.messages();
    expect(two.from_user_id).not.toBe(one.from_user_id);
    const { type, text: content } = text("");
    const reply = await rig.graph(
      { recipient: two.from_user_id, type, text: content },
      { token: secondNumber.accessToken, number: secondNumber.phoneNumberId },
    );
    expect(((await reply.json()) as Json).contacts[0].wa_id).toBe("15550100001");
  });
});

describe("the phone", () => {
  test("shows own ticks, typing, the answer and the clock as they happen", async () => {
    const phone = await openPhone("ana");
    const { wamid } = await write({ persona: "ana", text: "Hi", clientRef: "ref-2" });
    await rig.graph({ status: "read", message_id: wamid, typing_indicator: { type: "text" } });
    await rig.graph({ ...text("15550100001", "Hello Ana"), context: { message_id: wamid } });
    await rig.api("POST", "/clock", { advanceMs: 1_000 });
    const seen = phone.frames;
    await eventually(() => seen.length >= 7);
    expect(seen[0]?.type).toBe("clock");
    expect(seen).toContainEqual({ type: "ticks", wamid, ticks: "delivered" });
    expect(seen).toContainEqual({ type: "ticks", wamid, ticks: "read" });
    expect(seen).toContainEqual({ type: "typing", forMs: 25_000 });
    expect(seen.filter(({ type }) => type === "clock")).toHaveLength(2);
    const shown = seen.flatMap((frame) => (frame.type === "message" ? [frame.message] : []));
    expect(shown).toMatchObject([
      { from: "lead", ticks: "pending", clientRef: "ref-2" },
      { from: "business", kind: "text", text: "Hello Ana", replyTo: wamid },
    ]);
    phone.close();
  });

  test("shows nothing of other people's chats", async () => {
    const phone = await openPhone("sam");
    await write({ persona: "ana", text: "Hi" });
    await write({ persona: "sam", text: "Hey" });
    await eventually(() => phone.frames.some(({ type }) => type === "ticks"));
    const shown = phone.frames.flatMap((frame) =>
      frame.type === "message" ? [frame.message.text] : [],
    );
    expect(shown).toEqual(["Hey"]);
    phone.close();
  });

  test("of nobody does not open", async () => {
    const response = await fetch(`${rig.origin}/simulator/api/phone?persona=nobody`, {
      headers: {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
      },
    });
    expect(response.status).toBe(404);
  });

  test("knows people with a number, without one, and of each language spoken", async () => {
    const { data, business } = await rig.api("GET", "/personas");
    expect(business).toEqual({ name: "Northwind Solar", displayPhoneNumber: "+1 555-010-0999" });
    expect(data.map(({ id }: Json) => id)).toEqual([
      ...["ana", "sam", "marta", "joao", "priya", "arjun", "layla"],
    ]);
    expect(data.filter(({ phone }: Json) => phone === null)).toHaveLength(1);
    expect(data.map(({ language }: Json) => language)).toEqual([
      ...["en", "en", "es", "pt-BR", "hi", "hi-Latn", "ar"],
    ]);
  });
});

describe("what changes on the phone", () => {
  const chat = async (): Promise<Json[]> => (await rig.api("GET", "/chats/ana")).data;

  test("a reaction stands under its message until it is taken back", async () => {
    const { wamid } = await write({ persona: "ana", text: "Hello" });
    const react = { persona: "ana", type: "reaction", messageId: wamid };
    await write({ ...react, emoji: "👍" });
    expect(await chat()).toMatchObject([{ wamid, text: "Hello", reaction: "👍" }]);
    await write({ ...react, emoji: "" });
    expect((await chat())[0]).not.toHaveProperty("reaction");
  });

  test("an edited and a deleted message show what is left of them", async () => {
    const { wamid } = await write({ persona: "ana", text: "Hello" });
    await write({ persona: "ana", type: "edit", messageId: wamid, text: "Good day" });
    expect(await chat()).toMatchObject([{ wamid, kind: "text", text: "Good day" }]);
    await write({ persona: "ana", type: "revoke", messageId: wamid });
    expect(await chat()).toMatchObject([{ wamid, kind: "other", text: "[deleted]" }]);
  });

  test("who changed their number is shown with the new one", async () => {
    await write({ persona: "ana", type: "changed_number", newPhone: "15550100009" });
    const { data } = await rig.api("GET", "/personas");
    expect(data[0]).toMatchObject({ id: "ana", phone: "15550100009" });
  });
});

describe("a colleague in the business's phone app", () => {
  test.each([
    ["ana", { to: "15550100001", to_user_id: "US.13491208655302741001" }],
    ["sam", { to_user_id: "US.13491208655302741002" }],
  ])("is echoed to the webhook and seen by %s", async (to, addressee) => {
    const sent = await rig.api("POST", "/echoes?wait=webhook", { to, text: "Nora here" });
    expect(sent).toMatchObject({ delivered: true });
    const [{ field, value } = expect.unreachable()] = changes(rig.received);
    expect(field).toBe("smb_message_echoes");
    const { timestamp, ...echo } = value.message_echoes[0];
    expect(echo).toEqual({
      ...{ from: "15550100999", id: sent.wamid, type: "text", text: { body: "Nora here" } },
      ...addressee,
    });
    expect(timestamp).toMatch(/^\d{10}$/);
    const { data } = await rig.api("GET", `/chats/${to}`);
    expect(data).toMatchObject([{ from: "business", kind: "text", text: "Nora here" }]);
  });

  test("cannot write to a stranger", async () => {
    expect((await rig.api("POST", "/echoes", { to: "nobody", text: "Hi" })).status).toBe(404);
  });
});
