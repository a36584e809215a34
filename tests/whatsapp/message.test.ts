import { describe, expect, test } from "bun:test";
import { graphMessage } from "../../src/whatsapp/message.ts";

const phone = { phone: "15550001", bsuid: "US.1" };
const hidden = { phone: null, bsuid: "US.1" };
const text = { type: "text", body: "Hi" } as const;

describe("a Graph message", () => {
  test("goes to the phone number with its +, and carries our callback data", () => {
    expect(
      graphMessage({ to: phone, content: text, replyToWamid: null, metaMediaId: null }, "m:1"),
    ).toEqual({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to: "+15550001",
      biz_opaque_callback_data: "m:1",
      type: "text",
      text: { body: "Hi", preview_url: true },
    });
  });

  test("goes to `recipient`, never to `to`, for a person without a phone number", () => {
    const body = graphMessage(
      { to: hidden, content: text, replyToWamid: "w0", metaMediaId: null },
      "m:1",
    );
    expect(body).toMatchObject({ recipient: "US.1", context: { message_id: "w0" } });
    expect(body).not.toHaveProperty("to");
  });

  test("with buttons and with a list has Meta's interactive shape", () => {
    const buttons = { type: "buttons", body: "Ok?", buttons: [{ id: "y", title: "Yes" }] } as const;
    expect(
      graphMessage({ to: phone, content: buttons, replyToWamid: null, metaMediaId: null }, "m"),
    ).toMatchObject({
      type: "interactive",
      interactive: {
        type: "button",
        body: { text: "Ok?" },
        action: { buttons: [{ type: "reply", reply: { id: "y", title: "Yes" } }] },
      },
    });
    const rows = [{ id: "r", title: "Roof", description: "flat" }];
    const list = { type: "list", body: "Which?", button: "Choose", rows } as const;
    expect(
      graphMessage({ to: phone, content: list, replyToWamid: null, metaMediaId: null }, "m"),
    ).toMatchObject({
      interactive: {
        type: "list",
        body: { text: "Which?" },
        action: { button: "Choose", sections: [{ rows }] },
      },
    });
  });

  test("without any address is refused", () => {
    const nobody = { phone: null, bsuid: null };
    expect(() =>
      graphMessage({ to: nobody, content: text, replyToWamid: null, metaMediaId: null }, "m"),
    ).toThrow();
  });

  test("of a template names it, its language and what replaces its variables", () => {
    const content = {
      type: "template",
      name: "visit",
      language: "en_US",
      variables: ["Ann"],
    } as const;
    expect(
      graphMessage({ to: phone, content, replyToWamid: null, metaMediaId: null }, "m"),
    ).toMatchObject({
      type: "template",
      template: {
        name: "visit",
        language: { code: "en_US" },
        components: [{ type: "body", parameters: [{ type: "text", text: "Ann" }] }],
      },
    });
    const plain = { ...content, variables: [] };
    expect(
      graphMessage({ to: phone, content: plain, replyToWamid: null, metaMediaId: null }, "m"),
    ).toMatchObject({
      template: { name: "visit", language: { code: "en_US" } },
    });
  });

  test("of a template whose variables have names sends each value under its name", () => {
    const content = {
      type: "template",
      name: "visit",
      language: "en",
      variables: ["Ann", "Friday"],
      names: ["who", "day"],
    } as const;
    expect(
      graphMessage({ to: phone, content, replyToWamid: null, metaMediaId: null }, "m"),
    ).toMatchObject({
      template: {
        components: [
          {
            type: "body",
            parameters: [
              { type: "text", parameter_name: "who", text: "Ann" },
              { type: "text", parameter_name: "day", text: "Friday" },
            ],
          },
        ],
      },
    });
  });

  test("of a reaction names the message, and takes it back with no emoji", () => {
    const content = { type: "reaction", wamid: "w1", emoji: "" } as const;
    expect(
      graphMessage({ to: phone, content, replyToWamid: null, metaMediaId: null }, "m"),
    ).toMatchObject({
      type: "reaction",
      reaction: { message_id: "w1", emoji: "" },
    });
  });
});
