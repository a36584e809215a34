import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import {
  EchoItem,
  type Item,
  MessageItem,
  NoticeItem,
  ReceiptItem,
} from "../../src/whatsapp/payload.ts";
import { splitWebhook } from "../../src/whatsapp/webhook.ts";

const RECEIVED_AT = "2026-11-22T10:00:00.000Z";
const metadata = { display_phone_number: "+1 555 0100", phone_number_id: "N1" };

const split = (body: unknown) => splitWebhook(body, RECEIVED_AT);
const envelope = (...changes: unknown[]) => ({
  object: "whatsapp_business_account",
  entry: [{ id: "W1", changes }],
});
const messages = (value: object) => ({
  field: "messages",
  value: { messaging_product: "whatsapp", metadata, ...value },
});
const itemsOf = (value: object) => split(envelope(messages(value))).map(({ item }) => item);

function only<Kind extends Item["kind"]>(kind: Kind, items: readonly Item[]) {
  expect(items.map((item) => item.kind)).toEqual([kind]);
  const [item] = items;
  if (item?.kind !== kind) throw new Error("unreachable");
  return item as Extract<Item, { kind: Kind }>;
}

const text = (id: string, from: string, body: string) => ({
  id,
  from,
  timestamp: "1763805600",
  type: "text",
  text: { body },
});

describe("a message", () => {
  test("carries its words, its second, its sender and the raw JSON", () => {
    const raw = { ...text("wamid.A=", "4915112345678", "Hi"), from_user_id: "DE.123" };
    const item = only(
      "message",
      itemsOf({
        contacts: [
          {
            wa_id: "4915112345678",
            user_id: "DE.123",
            profile: { name: "Ana", username: "@ana" },
          },
        ],
        messages: [raw],
      }),
    );
    expect(item).toEqual({
      v: 1,
      kind: "message",
      wamid: "wamid.A=",
      type: "text",
      text: "Hi",
      sentAt: "2025-11-22T10:00:00.000Z",
      from: { phone: "4915112345678", bsuid: "DE.123", username: "ana", name: "Ana" },
      replyToWamid: null,
      referral: null,
      raw,
      altered: false,
    });
    expect(Value.Check(MessageItem, item)).toBe(true);
  });

  test.each([
    ["missing", {}],
    ["null", { from: null }],
    ["empty", { from: "" }],
    ["the BSUID itself", { from: "CO.9" }],
  ])("comes from a person without a phone number when `from` is %s", (_, fields) => {
    const { from: _from, ...rest } = text("m1", "x", "Hola");
    const item = only(
      "message",
      itemsOf({
        contacts: [{ wa_id: "", user_id: "CO.9", profile: { username: "luz" } }],
        messages: [{ ...rest, ...fields, from_user_id: "CO.9" }],
      }),
    );
    expect(item.from).toEqual({ phone: null, bsuid: "CO.9", username: "luz", name: null });
  });

  test("survives without contacts, and with a contact that has no profile", () => {
    expect(only("message", itemsOf({ messages: [text("m1", "15550001", "a")] })).from).toEqual({
      phone: "15550001",
      bsuid: null,
      username: null,
      name: null,
    });
    const contacts = [{ wa_id: "15550001", user_id: "US.1", parent_user_id: "US.ENT.7" }];
    const messages = [text("m1", "15550001", "a")];
    expect(only("message", itemsOf({ contacts, messages })).from).toEqual({
      phone: "15550001",
      bsuid: "US.1",
      parentBsuid: "US.ENT.7",
      username: null,
      name: null,
    });
  });

  test("takes the only contact's other id, but never that of someone else", () => {
    const messages = [text("m1", "15550001", "a")];
    const joined = itemsOf({ contacts: [{ user_id: "US.1", profile: { name: "A" } }], messages });
    expect(only("message", joined).from).toMatchObject({ bsuid: "US.1", name: "A" });
    const foreign = itemsOf({ contacts: [{ wa_id: "15550002", user_id: "US.2" }], messages });
    expect(only("message", foreign).from).toMatchObject({ bsuid: null, name: null });
  });

  test.each([
    ["button", { button: { text: "Yes", payload: "P" } }, "Yes", "P"],
    [
      "interactive",
      { interactive: { type: "button_reply", button_reply: { id: "b1", title: "Price" } } },
      "Price",
      "b1",
    ],
    [
      "interactive",
      {
        interactive: {
          type: "list_reply",
          list_reply: { id: "r2", title: "Roof", description: "x" },
        },
      },
      "Roof",
      "r2",
    ],
    [
      "interactive",
      { interactive: { type: "nfm_reply", nfm_reply: { body: "Sent" } } },
      null,
      undefined,
    ],
    ["interactive", {}, null, undefined],
    ["image", { image: { id: "1", caption: "my roof" } }, "my roof", undefined],
    ["audio", { audio: { id: "1", voice: true } }, null, undefined],
    ["order", { order: { text: "two please" } }, "two please", undefined],
    ["reaction", { reaction: { message_id: "m0", emoji: "👍" } }, null, undefined],
    ["system", { system: { body: "changed number" } }, null, undefined],
    ["unsupported", { errors: [{ code: 131051 }] }, null, undefined],
    ["hologram", { hologram: { beam: 1 } }, null, undefined],
  ])("of type %s says what a person would read", (type, content, said, replyId) => {
    const item = only(
      "message",
      itemsOf({
        messages: [{ id: "m1", from: "15550001", timestamp: "1763805600", type, ...content }],
      }),
    );
    expect(item.type).toBe(type);
    expect(item.text).toBe(said);
    expect(item.replyId).toBe(replyId);
    expect(Value.Check(MessageItem, item)).toBe(true);
  });

  test("keeps the quoted message and the advertisement it came from", () => {
    const referral = { source_type: "ad", source_id: "1", ctwa_clid: "c" };
    const item = only(
      "message",
      itemsOf({ messages: [{ ...text("m1", "15550001", "a"), context: { id: "m0" }, referral }] }),
    );
    expect(item.replyToWamid).toBe("m0");
    expect(item.referral).toEqual(referral);
  });

  test.each([
    ["x"],
    [""],
    [null],
    [undefined],
    [{}],
    ["-5"],
    ["99999999999999"],
    [1e30],
    ["17638056001"],
  ])("was sent when it arrived if its timestamp is %p", (timestamp) => {
    const item = only(
      "message",
      itemsOf({ messages: [{ ...text("m1", "15550001", "a"), timestamp }] }),
    );
    expect(item.sentAt).toBe(RECEIVED_AT);
  });

  test("invariant 1: has U+0000 and lone surrogates replaced everywhere and is flagged", () => {
    const item = only(
      "message",
      itemsOf({
        messages: [{ ...text("m\u0000", "15550001", "a\u0000b\ud800c😀"), "k\udc00": 1 }],
      }),
    );
    expect(item.wamid).toBe("m\ufffd");
    expect(item.text).toBe("a\ufffdb\ufffdc😀");
    expect(item.altered).toBe(true);
    expect(JSON.stringify(item)).not.toMatch(/\\u0000|\\ud[89a-f]/);
  });

  test("of a group is a notice: it was not said to us", () => {
    const items = itemsOf({ messages: [{ ...text("m1", "15550001", "a"), group_id: "G" }] });
    expect(only("notice", items).field).toBe("group_messages");
  });
});

describe("a receipt", () => {
  test("carries our echoed id, the recipient, errors and pricing", () => {
    const raw = {
      id: "wamid.B",
      status: "failed",
      timestamp: "1763805600",
      recipient_id: "15550001",
      recipient_user_id: "US.1",
      biz_opaque_callback_data: "msg:1",
      pricing: { billable: true, category: "service" },
      errors: [
        { code: 131047, title: "Re-engagement", message: "m", error_data: { details: "d" } },
        { code: 131026, error_data: "plain" },
        null,
      ],
    };
    const item = only("receipt", itemsOf({ statuses: [raw] }));
    expect(item).toEqual({
      v: 1,
      kind: "receipt",
      wamid: "wamid.B",
      status: "failed",
      at: "2025-11-22T10:00:00.000Z",
      recipient: { phone: "15550001", bsuid: "US.1" },
      callbackData: "msg:1",
      errors: [
        { code: 131047, title: "Re-engagement", message: "m", details: "d" },
        { code: 131026, title: null, message: null, details: "plain" },
        { code: null, title: null, message: null, details: null },
      ],
      pricing: { billable: true, category: "service" },
      raw,
      altered: false,
    });
    expect(Value.Check(ReceiptItem, item)).toBe(true);
  });

  test("needs nothing but an id and a status", () => {
    const item = only("receipt", itemsOf({ statuses: [{ id: "w", status: "levitated" }] }));
    expect(item).toMatchObject({
      status: "levitated",
      at: RECEIVED_AT,
      callbackData: null,
      errors: [],
    });
  });
});

describe("an echo", () => {
  test("is what a person of the business typed in the phone app", () => {
    const echo = { ...text("m1", "15550100", "I will call you"), to: "15550001" };
    const [routed] = split(
      envelope({ field: "smb_message_echoes", value: { metadata, message_echoes: [echo] } }),
    );
    expect(routed?.key).toEqual({ phoneNumberId: "N1" });
    const item = only("echo", routed ? [routed.item] : []);
    expect(item).toMatchObject({ text: "I will call you", to: { phone: "15550001" } });
    expect(Value.Check(EchoItem, item)).toBe(true);
  });
});

describe("a webhook body", () => {
  test("is cut into one item per update, each with its own number, in order", () => {
    const other = { ...messages({ messages: [text("m3", "15550003", "c")] }) };
    other.value.metadata = { ...metadata, phone_number_id: "N2" };
    const routed = split({
      object: "whatsapp_business_account",
      entry: [
        {
          id: "W1",
          changes: [
            messages({ messages: [text("m1", "15550001", "a"), text("m2", "15550002", "b")] }),
            other,
          ],
        },
        { id: "W2", changes: [messages({ statuses: [{ id: "s1", status: "sent" }] })] },
      ],
    });
    expect(routed.map(({ key, item }) => [key, item.kind, "wamid" in item && item.wamid])).toEqual([
      [{ phoneNumberId: "N1" }, "message", "m1"],
      [{ phoneNumberId: "N1" }, "message", "m2"],
      [{ phoneNumberId: "N2" }, "message", "m3"],
      [{ phoneNumberId: "N1" }, "receipt", "s1"],
    ]);
  });

  test("keeps the neighbours of a broken item", () => {
    const items = itemsOf({
      messages: [
        text("m1", "15550001", "a"),
        null,
        7,
        { type: "text" },
        text("m2", "15550002", "b"),
      ],
      statuses: [{ status: "sent" }, { id: "s1", status: "read" }],
    });
    expect(items.map((item) => (item.kind === "notice" ? item.field : item.wamid))).toEqual([
      "m1",
      "unreadable",
      "unreadable",
      "unreadable",
      "m2",
      "unreadable",
      "s1",
    ]);
    expect(items[2]).toMatchObject({ raw: 7 });
  });

  test("of an unknown field is one notice for its account, raw", () => {
    const change = { field: "account_update", value: { event: "ACCOUNT_DELETED" } };
    const item = {
      v: 1,
      kind: "notice",
      field: "account_update",
      raw: change,
      altered: false,
    } as const;
    expect(split(envelope(change))).toEqual([
      { key: { wabaId: "W1" }, item: { ...item, account: "W1" } },
    ]);
    const partner = { field: "account_update", value: { waba_info: { waba_id: "W9" } } };
    expect(split(envelope(partner))[0]?.key).toEqual({ wabaId: "W9" });
  });

  test("of the messages field without any list is a notice; errors and clicks are one each", () => {
    expect(only("notice", itemsOf({})).field).toBe("messages");
    const items = itemsOf({ errors: [{ code: 130429 }], user_actions: [{}, {}] });
    expect(items.map((item) => item.kind === "notice" && item.field)).toEqual([
      "errors",
      "user_actions",
      "user_actions",
    ]);
  });

  const deep = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`);
  test.each<[string, unknown]>([
    ["null", null],
    ["a number", 1],
    ["text", "x"],
    ["an array", [1]],
    ["an unknown object", { object: "page", entry: [] }],
    ["no entry list", { object: "whatsapp_business_account", entry: {} }],
    ["a broken entry", { object: "whatsapp_business_account", entry: [null] }],
    ["a broken change", envelope(null)],
    ["a change without value", envelope({ field: "messages" })],
    ["a list that is no list", envelope(messages({ messages: { id: "m1" } }))],
    ["a very deep value", envelope({ field: "history", value: { deep } })],
    ["a very deep body", deep],
    [
      "inherited names",
      envelope({ field: "constructor", value: JSON.parse('{"__proto__":{"a":1}}') }),
    ],
  ])("that is %s becomes one notice that can be stored", (_, body) => {
    const routed = split(body);
    expect(routed).toHaveLength(1);
    expect(Value.Check(NoticeItem, routed[0]?.item)).toBe(true);
    expect(JSON.stringify(routed[0]).length).toBeLessThan(100_000);
  });

  test("with a deep message in between still gives the other messages", () => {
    const items = itemsOf({
      messages: [{ ...text("m1", "15550001", "a"), deep }, text("m2", "15550002", "b")],
    });
    expect(items.map((item) => item.kind)).toEqual(["message", "message"]);
    expect(items[0]?.altered).toBe(true);
    expect(items[1]?.altered).toBe(false);
  });
});
