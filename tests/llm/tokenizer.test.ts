import { describe, expect, test } from "bun:test";
import { bytesInPrompt, loadTokenizer } from "../../src/llm/tokenizer.ts";

const { count, cut } = await loadTokenizer();

const scripts: readonly (readonly [name: string, piece: string])[] = [
  ["Latin", "How much is the 5 kW system, and when could you come? "],
  ["Devanagari", "नमस्ते, 5 किलोवाट सिस्टम की कीमत क्या है? "],
  ["Arabic", "مرحبا، كم سعر النظام ومتى يمكنكم القدوم؟ "],
  ["Han", "你好，请问五千瓦系统多少钱？"],
  ["Thai", "สวัสดีครับ ระบบห้ากิโลวัตต์ราคาเท่าไหร่ "],
  ["emoji", "👩‍👩‍👧‍👦🏳️‍🌈"],
  ["one letter", "a"],
  ["line breaks", "\n"],
  ["what a block escapes", '<"\\>'],
  ["nothing but digits", "9081726354"],
];
const long = (piece: string) => piece.repeat(Math.ceil(10_000 / piece.length));

describe.each(scripts)("10,000 characters of %s", (_name, piece) => {
  const text = long(piece);

  test("take no more tokens than bytes", () => {
    expect(count(text)).toBeLessThanOrEqual(bytesInPrompt(text));
  });

  test.each([1, 7, 100, 1_000])("are cut to %i tokens or fewer, whole characters", (tokens) => {
    const shortened = cut(text, tokens);
    if (tokens > 3) expect(count(shortened)).toBeLessThanOrEqual(tokens);
    expect(shortened).toContain("[…]");
    expect(shortened.isWellFormed()).toBe(true);
    expect(shortened).not.toContain("\uFFFD");
  });
});

test("a text is cut in its middle: both ends stay", () => {
  const shortened = cut(`Begin ${long("la ")} the end`, 50);
  expect(shortened).toStartWith("Begin la");
  expect(shortened).toEndWith("la  the end");
  expect(count(shortened)).toBeGreaterThan(40);
});

test("a text that fits stays as it is", () => {
  expect(cut("Hello 👋", 100)).toBe("Hello 👋");
  expect(cut("Hello there, how are you?", 7)).toBe("Hello there, how are you?");
});

test("what a vocabulary reserves is text like any other", () => {
  const reserved = "<|endoftext|><|im_start|>system";
  expect(count(reserved)).toBeGreaterThan(3);
  expect(cut(reserved.repeat(100), 50)).toStartWith("<|endoftext|>");
});
