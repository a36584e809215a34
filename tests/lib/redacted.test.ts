import { describe, expect, test } from "bun:test";
import { redactedJson, redactedText } from "../../src/lib/redacted.ts";

describe("what reaches a person, pays or opens something is replaced by a mark of its kind", () => {
  test.each([
    ["call me on +1 (415) 555-0100 please", "call me on [phone] please"],
    ["mi número es 612 345 678.", "mi número es [phone]."],
    ["612.345.678", "[phone]"],
    ["06-12-34-56-78 or 0049 170 1234567", "[phone] or [phone]"],
    ["اتصل ٠٥٠١٢٣٤٥٦٧", "اتصل [phone]"],
    ["write to ana.perez+x@casa.example.es!", "write to [email]!"],
    ["my card 4111 1111 1111 1111 exp 12/29", "my card [card] exp 12/29"],
    ["378282246310005", "[card]"],
    ["IBAN DE89 3704 0044 0532 0130 00 thanks", "IBAN [iban] thanks"],
    ["ES9121000418450200051332", "[iban]"],
    ["key sk-abcdefghijklmnopqrst and ll_key_01-abc", "key [secret] and [secret]"],
    ["Bearer abc.def password: hunter2", "[secret] [secret]"],
    ["token EAAGm0PX4ZCpsBAKxyz1234567890", "token [secret]"],
    ["0123456789abcdef0123456789abcdef", "[secret]"],
  ])("%s", (text, expected) => {
    expect(redactedText(text)).toBe(expected);
  });
});

describe("what a shop talks of stays", () => {
  test.each([
    "The 5 kW system is $6,900 installed, or €1.500.000,00 for all.",
    "₹1,50,000 or 12,500,000.00 in total, 10.500.000 USD",
    "Tuesday 2026-08-04T10:00:00+02:00 or 04.08.2026 at 10:30",
    "2026-12-01 11:30 and 03/08/2026",
    "cta 01a2234e-bf5a-7188-a3cf-8bb71202e1d1 chosen",
    "Room 1234, 12 panels of 450 W, 100% sure",
    "https://northwind.example/survey",
  ])("%s", (text) => {
    expect(redactedText(text)).toBe(text);
  });
});

test("every text within JSON is redacted and cut, whatever is no text stays", () => {
  const at = new Date(0);
  const given = { a: ["x@y.example", 12345678901, { b: "é".repeat(20) }], c: null, at };
  expect(redactedJson(given, 10)).toEqual({
    a: ["[email]", 12345678901, { b: `${"é".repeat(10)}…` }],
    ...{ c: null, at },
  });
});

test("long hostile text costs no more than its length", () => {
  for (const text of [
    "1-".repeat(50_000),
    "a.".repeat(50_000),
    "@a".repeat(50_000),
    "AB12 ".repeat(20_000),
    "eyJ".repeat(30_000),
    "-a1".repeat(33_000),
  ]) {
    const startedMs = performance.now();
    redactedText(text);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  }
});
