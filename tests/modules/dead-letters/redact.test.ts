import { describe, expect, test } from "bun:test";
import { redacted, redactedReason } from "../../../src/modules/dead-letters/redact.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const id = "0192f0c4-1111-7222-8333-444455556666";

describe("a redacted entry", () => {
  test("shows who and what, and hides what people wrote and how they are reached", () => {
    const entry = {
      v: 1,
      organizationId: id,
      receivedAt: "2026-11-22T12:00:00.000Z",
      phone_number_id: "106540352242922",
      item: {
        kind: "message",
        type: "text",
        wamid: "wamid.HBgLMTQxNTU1NTAxMDA",
        text: "My card is 4111 1111 1111 1111",
        from: { phone: "14155550100", phoneAsNumber: 14155550100, name: "Ann", bsuid: null },
        tags: ["vip", true, 3],
      },
    };
    expect(redacted(bytes(entry))).toEqual({
      kind: "json",
      value: {
        v: 1,
        organizationId: id,
        receivedAt: "2026-11-22T12:00:00.000Z",
        phone_number_id: "106540352242922",
        item: {
          kind: "message",
          type: "text",
          wamid: "••• (25 characters)",
          text: "••• (30 characters)",
          from: {
            phone: "••• (11 characters)",
            phoneAsNumber: "•••",
            name: "••• (3 characters)",
            bsuid: null,
          },
          tags: ["••• (3 characters)", true, 3],
        },
      },
    });
  });

  test.each([
    [{ type: "My name is Ann" }, { type: "••• (14 characters)" }],
    [{ phone_number_id: "call +1 415" }, { phone_number_id: "••• (11 characters)" }],
    [{ "+14155550100": 1 }, { "•••0": 1 }],
    ["secret", "••• (6 characters)"],
    [14155550100, "•••"],
  ])("trusts no name alone: %j", (entry, value) => {
    expect(redacted(bytes(entry))).toEqual({ kind: "json", value });
  });

  test("survives what is nested beyond reason", () => {
    const deep = JSON.parse(`${"[".repeat(60)}"secret"${"]".repeat(60)}`);
    expect(JSON.stringify(redacted(bytes(deep)))).not.toContain("secret");
  });

  test("that is no JSON, or no text, is the beginning of its bytes", () => {
    const binary = Uint8Array.from({ length: 100 }, (_, n) => n + 128);
    expect(redacted(binary)).toEqual({
      kind: "bytes",
      headHex: Buffer.from(binary.subarray(0, 32)).toString("hex"),
    });
    expect(redacted(new Uint8Array())).toEqual({ kind: "bytes", headHex: "" });
    expect(redacted(new TextEncoder().encode('{"v":'))).toMatchObject({ kind: "bytes" });
  });
});

test.each([
  ['Expected "text" to be a string', 'Expected "text" to be a string'],
  ['Cannot store "Hi, my name is Ann"', 'Cannot store "•••"'],
  ["Nobody has +1 (415) 555-0100 here", "Nobody has ••• here"],
  [`Turn ${id} given up after 5 tries`, `Turn ${id} given up after 5 tries`],
])("a reason says what broke, not what it said: %s", (reason, shown) => {
  expect(redactedReason(reason)).toBe(shown);
});
