import { describe, expect, test } from "bun:test";
import { isJsonObject, storableJson, storableText, tryParseJson } from "../../src/lib/json.ts";

describe("text for Postgres", () => {
  test.each(["", "Hi, how much?", "Здравствуйте 👋🏽", "👨‍👩‍👧 שלום", "\n\t\u0001"])(
    "stays as it is: %j",
    (text) => {
      expect(storableText(text)).toEqual({ text, altered: false });
    },
  );

  test.each([
    ["a\u0000b", "a\uFFFDb"],
    ["high \uD83D alone", "high \uFFFD alone"],
    ["low \uDE00 alone", "low \uFFFD alone"],
    ["reversed \uDE00\uD83D", "reversed \uFFFD\uFFFD"],
    ["two highs \uD83D\uD83D\uDE00", "two highs \uFFFD\uD83D\uDE00"],
  ])("has what cannot be stored replaced and flagged: %j", (text, clean) => {
    expect(storableText(text)).toEqual({ text: clean, altered: true });
  });

  test("is cleaned everywhere in a JSON value, keys included", () => {
    const value = { "k\u0000": ["\uD83D", { deep: "x\u0000" }, 1, null, true] };
    expect(storableJson(value)).toEqual({
      "k\uFFFD": ["\uFFFD", { deep: "x\uFFFD" }, 1, null, true],
    });
  });

  test("cannot reach a prototype through a key", () => {
    const clean = storableJson(JSON.parse('{"__proto__": {"admin": true}}'));
    expect(Object.keys(clean ?? {})).toEqual(["__proto__"]);
    expect("admin" in Object(clean)).toBe(false);
  });
});

describe("unknown text and values", () => {
  test("parse to a value, or to undefined", () => {
    expect(tryParseJson('{"a":[1]}')).toEqual({ a: [1] });
    expect(tryParseJson("{a:1}")).toBeUndefined();
    expect(tryParseJson("")).toBeUndefined();
  });

  test("are objects only when they are neither null nor an array", () => {
    expect([{}, [], null, "x", 1].map(isJsonObject)).toEqual([true, false, false, false, false]);
  });
});
