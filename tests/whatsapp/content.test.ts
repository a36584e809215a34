import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { whoAnswers } from "../../src/funnel/mailbox.ts";
import { messageItem } from "../../src/whatsapp/items.ts";
import { MessageItem } from "../../src/whatsapp/payload.ts";
import { wordsFor } from "../../src/whatsapp/words.ts";
import { messageFixtures } from "../fixtures/whatsapp/messages.ts";

const nobody = { byId: new Map(), only: undefined };
const common = { id: "wamid.1", from: "14155550100", timestamp: "1763805600" };

function read(message: object) {
  const item = messageItem({ ...common, ...message }, nobody, "2026-11-22T10:00:00.000Z");
  if (item.kind !== "message") throw new Error("it was no message");
  return item;
}

describe("each kind of message", () => {
  test.each(Object.entries(messageFixtures))("%s", (_name, fixture) => {
    const item = read(fixture.message);
    expect(Value.Check(MessageItem, item)).toBe(true);
    expect(item.text).toBe(fixture.text);
    if (fixture.content === null) expect(item.content).toBeUndefined();
    else expect(item.content).toMatchObject(fixture.content);
    expect(
      whoAnswers({ kind: item.type, text: item.text, hasContent: item.content !== undefined }),
    ).toBe(fixture.reader);
    expect(
      wordsFor({
        kind: item.type,
        text: item.text,
        content: item.content ?? null,
        file: null,
        isDeleted: false,
      }),
    ).toBe(fixture.words);
  });
});

describe("what changes another message", () => {
  const contentOf = (message: object) => read(message).content;

  test.each([
    ["an emoji", { emoji: "👍" }, "👍"],
    ["no emoji, which takes it back", {}, ""],
    ["an empty emoji, which takes it back", { emoji: "" }, ""],
  ])("a reaction with %s", (_name, fields, emoji) => {
    const reaction = { message_id: "wamid.0", ...fields };
    expect(contentOf({ type: "reaction", reaction })).toEqual({
      type: "reaction",
      wamid: "wamid.0",
      emoji,
    });
  });

  test("an edit carries the whole message as it is now", () => {
    const message = { type: "image", image: { id: "9", caption: "New" }, context: { id: "q" } };
    expect(contentOf({ type: "edit", edit: { original_message_id: "wamid.0", message } })).toEqual({
      type: "edit",
      wamid: "wamid.0",
      kind: "image",
      text: "New",
      content: expect.objectContaining({ type: "image", mediaId: "9", caption: "New" }),
    });
  });

  test("a deletion names its message", () => {
    const revoke = { original_message_id: "wamid.0" };
    expect(contentOf({ type: "revoke", revoke })).toEqual({ type: "revoke", wamid: "wamid.0" });
  });

  test.each([
    { type: "reaction", reaction: { emoji: "👍" } },
    { type: "edit", edit: { original_message_id: "wamid.0" } },
    { type: "edit", edit: { original_message_id: "wamid.0", message: { type: "text" } } },
    { type: "edit", edit: { message: { type: "text", text: { body: "x" } } } },
    { type: "revoke" },
  ])("%j cannot be applied, and stays a message for a person", (message) => {
    expect(contentOf(message)).toBeUndefined();
  });

  test("what was deleted is not read out", () => {
    const words = wordsFor({
      kind: "text",
      text: "secret",
      content: null,
      file: null,
      isDeleted: true,
    });
    expect(words).toBe("[deleted message]");
  });
});

test("a basket of three hundred lines does not fill the model's context", () => {
  const product_items = Array.from({ length: 1_000 }, (_, n) => ({
    product_retailer_id: `SKU-${n}`,
    quantity: 1,
  }));
  const { content = null } = read({ type: "order", order: { product_items } });
  expect(content).toMatchObject({ lines: { length: 300 } });
  const words = wordsFor({ kind: "order", text: null, content, file: null, isDeleted: false });
  expect(words.length).toBeLessThan(2_100);
});

describe("a file's name", () => {
  const named = (filename: unknown) => {
    const { content } = read({ type: "document", document: { id: "9", filename } });
    return content?.type === "document" ? content.filename : undefined;
  };

  test("keeps neither folders nor control characters", () => {
    expect(named("../../etc/passwd")).toBe("passwd");
    expect(named("C:\\Users\\a\r\nb.pdf")).toBe("ab.pdf");
    expect(named("  ")).toBeNull();
    expect(named("x".repeat(500))).toHaveLength(240);
  });
});
