import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eventually } from "../support/wait.ts";
import { changes, type Json, type Rig, secondNumber, startRig, text } from "./rig.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.clear());

async function refusalOf(response: Response): Promise<Json> {
  return { status: response.status, ...((await response.json()) as Json).error };
}

function statusNames(wamid: string): string[] {
  return rig
    .statuses()
    .filter(({ id }) => id === wamid)
    .map(({ status }) => status);
}

describe("access", () => {
  test("a missing or wrong token is refused with 401 and code 190", async () => {
    const error = await refusalOf(await rig.graph(text("15550002222"), { token: "wrong" }));
    expect(error).toMatchObject({ status: 401, code: 190, type: "OAuthException" });
    expect(error.fbtrace_id).toBeString();
  });

  test("an unknown number id is refused with code 100 and subcode 33", async () => {
    const error = await refusalOf(await rig.graph(text("15550002222"), { number: "999" }));
    expect(error).toMatchObject({ status: 400, code: 100, error_subcode: 33 });
  });

  test("a token of another number is refused with code 10", async () => {
    const response = await rig.graph(text("15550002222"), { token: secondNumber.accessToken });
    expect(await refusalOf(response)).toMatchObject({ status: 403, code: 10 });
  });
});

describe("sending", () => {
  test("to a phone number answers with input, wa_id and wamid, with or without the plus", async () => {
    for (const to of ["+15550002222", "15550002222"]) {
      const answer = (await (await rig.graph(text(to))).json()) as Json;
      expect(answer.messaging_product).toBe("whatsapp");
      expect(answer.contacts).toEqual([{ input: to, wa_id: "15550002222" }]);
      expect(answer.messages[0].id).toStartWith("wamid.");
    }
    const { data } = await rig.api("GET", "/ledger?to=15550002222");
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({ to: "15550002222", type: "text", text: "Hello" });
  });

  test("walks through sent, delivered and read, each with our callback data and signed", async () => {
    const response = await rig.graph({
      ...text("15550002222"),
      biz_opaque_callback_data: "message-1/1",
    });
    const { messages } = (await response.json()) as Json;
    const wamid = messages[0].id;
    await eventually(() => statusNames(wamid).length === 3);
    const statuses = rig.statuses();
    expect(statusNames(wamid).toSorted()).toEqual(["delivered", "read", "sent"]);
    for (const status of statuses) {
      expect(status.biz_opaque_callback_data).toBe("message-1/1");
      expect(status.recipient_id).toBe("15550002222");
      expect(status.recipient_user_id).toMatch(/^US\.\d{20}$/);
    }
    const sent = statuses.find(({ status }) => status === "sent");
    expect(sent.pricing).toMatchObject({ pricing_model: "PMP", category: "service" });
    expect(statuses.find(({ status }) => status === "read").pricing).toBeUndefined();
    const { data } = await rig.api("GET", "/ledger");
    expect(data[0]).toMatchObject({ wamid, status: "read", callbackData: "message-1/1" });
  });

  test("to a BSUID of somebody without a number never shows one", async () => {
    await rig.api("POST", "/messages?wait=webhook", { persona: "sam", text: "Hi" });
    const bsuid = rig.messages()[0].from_user_id;
    const { type, text: content } = text("");
    const response = await rig.graph({ recipient: bsuid, type, text: content });
    expect(((await response.json()) as Json).contacts).toEqual([{ input: bsuid, user_id: bsuid }]);
    await eventually(() => rig.statuses().length === 3);
    for (const status of rig.statuses()) {
      expect(status).not.toHaveProperty("recipient_id");
      expect(status.recipient_user_id).toBe(bsuid);
    }
    const contact = changes(rig.received).find(({ value }) => value.statuses)?.value.contacts[0];
    expect(contact).not.toHaveProperty("wa_id");
    expect(contact.profile.username).toBe("sam.okafor");
  });

  test("a BSUID in `to` is accepted and silently lost", async () => {
    const response = await rig.graph(text("US.13491208655302741002"));
    expect(response.status).toBe(200);
    await rig.graph(text("15550002222"));
    await eventually(() => rig.statuses().length === 3);
    const { data } = await rig.api("GET", "/ledger?to=US.13491208655302741002");
    expect(data).toMatchObject([{ status: "dropped" }]);
  });

  test("to somebody not on WhatsApp is accepted and fails later with 131026", async () => {
    expect((await rig.graph(text("15550000000"))).status).toBe(200);
    const status = await eventually(() => rig.statuses()[0]);
    expect(status).toMatchObject({ status: "failed", errors: [{ code: 131026 }] });
    expect(status).not.toHaveProperty("recipient_user_id");
  });

  test("with both phone and BSUID goes to the phone", async () => {
    await rig.graph({ ...text("+15550002222"), recipient: "US.13491208655302741002" });
    const { data } = await rig.api("GET", "/ledger");
    expect(data).toMatchObject([{ to: "15550002222" }]);
  });

  test("templates, media and reactions are accepted; a file must be there", async () => {
    const to = "15550002222";
    const unknown = await rig.graph({ to, type: "image", image: { id: "1" } });
    expect([unknown.status, (await unknown.json()).error.code]).toEqual([400, 100]);
    const bodies = [
      { to, type: "template", template: { name: "hello", language: { code: "en" } } },
      { to, type: "image", image: { link: "https://a.example/a.png" } },
      { to, type: "reaction", reaction: { message_id: "wamid.x", emoji: "👍" } },
    ];
    for (const body of bodies) expect((await rig.graph(body)).status).toBe(200);
  });
});

const button = (index: number, title = `Title ${index}`) => ({
  type: "reply",
  reply: { id: `id-${index}`, title },
});
const buttons = (list: object[]) => ({
  to: "15550002222",
  type: "interactive",
  interactive: { type: "button", body: { text: "Choose" }, action: { buttons: list } },
});
const rows = (sections: number[]) => ({
  to: "15550002222",
  type: "interactive",
  interactive: {
    type: "list",
    body: { text: "Choose" },
    action: {
      button: "Open",
      sections: sections.map((count, section) => ({
        title: `Section ${section}`,
        rows: Array.from({ length: count }, (_, row) => ({
          id: `${section}-${row}`,
          title: `Row ${row}`,
        })),
      })),
    },
  },
});

describe("what Meta refuses", () => {
  const cases: [string, object, number][] = [
    ["no addressee", { type: "text", text: { body: "x" } }, 131008],
    ["a text without body", { to: "15550002222", type: "text", text: {} }, 131008],
    ["a text over 4096 characters", text("15550002222", "x".repeat(4_097)), 131009],
    ["an unknown type", { to: "15550002222", type: "hologram" }, 100],
    ["a name instead of a number", text("Ana"), 100],
    ["the business itself", text("15550100999"), 131021],
    ["four buttons", buttons([1, 2, 3, 4].map((index) => button(index))), 131009],
    ["no button", buttons([]), 131009],
    ["a button title over 20 characters", buttons([button(1, "x".repeat(21))]), 131009],
    ["two buttons of one title", buttons([button(1, "Yes"), button(2, "Yes")]), 131009],
    ["eleven rows in two sections", rows([6, 5]), 131009],
    [
      "callback data over 512 characters",
      { ...text("15550002222"), biz_opaque_callback_data: "x".repeat(513) },
      131009,
    ],
  ];
  test.each(cases)("%s", async (_name, body, code) => {
    expect(await refusalOf(await rig.graph(body))).toMatchObject({ status: 400, code });
    expect((await rig.api("GET", "/ledger")).data).toEqual([]);
  });

  test("three buttons and ten rows are fine and show on the phone", async () => {
    expect((await rig.graph(buttons([1, 2, 3].map((index) => button(index))))).status).toBe(200);
    expect((await rig.graph(rows([5, 5]))).status).toBe(200);
    const chat = await eventually(async () => {
      const { data } = await rig.api("GET", "/chats/15550002222");
      return data.length === 2 && data;
    });
    expect(chat[0]).toMatchObject({ kind: "buttons", text: "Choose" });
    expect(chat[0].buttons[2]).toEqual({ id: "id-3", title: "Title 3" });
    expect(chat[1].list.rows).toHaveLength(10);
  });

  test("a body that is not JSON", async () => {
    const response = await fetch(
      `${rig.origin}/simulator/graph/v25.0/${rig.identity.phoneNumberId}/messages`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${rig.identity.accessToken}`,
          "content-type": "application/json",
        },
        body: "{",
      },
    );
    expect(await refusalOf(response)).toMatchObject({ status: 400, code: 100 });
  });
});

describe("limits on business time", () => {
  test("24 hours after the lead's last message only templates pass", async () => {
    await rig.api("POST", "/messages?wait=webhook", { from: "15550003333", text: "Hi" });
    await rig.api("POST", "/clock", { advanceMs: DAY_MS - 60_000 });
    expect((await rig.graph(text("15550003333"))).status).toBe(200);
    await rig.api("POST", "/clock", { advanceMs: 61_000 });
    expect(await refusalOf(await rig.graph(text("15550003333")))).toMatchObject({
      status: 400,
      code: 131047,
    });
    const template = { name: "hello", language: { code: "en" } };
    const sent = await rig.graph({ to: "15550003333", type: "template", template });
    expect(sent.status).toBe(200);
    await rig.api("POST", "/messages?wait=webhook", { from: "15550003333", text: "Back" });
    expect((await rig.graph(text("15550003333"))).status).toBe(200);
  });

  test("a pair may burst 45 messages, then one per 6 seconds", async () => {
    const send = () => rig.graph(text("15550004444"));
    for (let count = 0; count < 45; count += 1) expect((await send()).status).toBe(200);
    expect(await refusalOf(await send())).toMatchObject({ code: 131056 });
    await rig.api("POST", "/clock", { advanceMs: 6_000 });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(400);
    expect((await rig.graph(text("15550004445"))).status).toBe(200);
  });

  test("a number over its throughput gets 130429", async () => {
    const slow = await startRig({ messagesPerSecond: 2 });
    try {
      const codes = [];
      for (const to of ["15550000001", "15550000002", "15550000003"]) {
        codes.push((await refusalOf(await slow.graph(text(to)))).code);
      }
      expect(codes).toEqual([undefined, undefined, 130429]);
    } finally {
      await slow.stop();
    }
  });
});

describe("reading", () => {
  test("marks this and earlier messages of the lead read, and can show typing", async () => {
    const first = await rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "One" });
    const second = await rig.api("POST", "/messages?wait=webhook", { persona: "ana", text: "Two" });
    const answer = await rig.graph({
      status: "read",
      message_id: second.wamid,
      typing_indicator: { type: "text" },
    });
    expect(await answer.json()).toEqual({ success: true });
    const { data } = await rig.api("GET", "/chats/ana");
    expect(data.map(({ wamid, ticks }: Json) => [wamid, ticks])).toEqual([
      [first.wamid, "read"],
      [second.wamid, "read"],
    ]);
    expect((await rig.api("GET", "/ledger")).data).toEqual([]);
  });
});
