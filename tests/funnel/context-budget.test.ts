import { describe, expect, test } from "bun:test";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { CHAT_TOKENS, fitChat } from "../../src/funnel/context-budget.ts";
import { blockJson } from "../../src/llm/prompts/prompt.ts";
import { messageData } from "../../src/llm/prompts/situation.ts";
import { loadTokenizer } from "../../src/llm/tokenizer.ts";
import { message } from "../llm/support/context.ts";

const tokenizer = await loadTokenizer();

const old = (text: string) => message(text, { isNew: false });
const many = <One>(times: number, make: (index: number) => One) =>
  Array.from({ length: times }, (_, index) => make(index));
const fit = (messages: readonly ReturnType<typeof message>[]) => fitChat(messages, tokenizer);
/** Of the messages as they stand in the prompt. */
const tokensOf = (messages: readonly ReturnType<typeof message>[]) =>
  countTokens(blockJson(messageData(messages)), { disallowedSpecial: new Set() });
const textsOf = (messages: readonly { text: string }[]) => messages.map(({ text }) => text);

const scripts = [
  ["Latin", "How much is the 5 kW system, and when could you come? "],
  ["Devanagari", "नमस्ते, 5 किलोवाट सिस्टम की कीमत क्या है? "],
  ["Arabic", "مرحبا، كم سعر النظام ومتى يمكنكم القدوم؟ "],
  ["Han", "你好，请问五千瓦系统多少钱？"],
  ["Thai", "สวัสดีครับ ระบบห้ากิโลวัตต์ราคาเท่าไหร่ "],
  ["emoji", "👩‍👩‍👧‍👦🏳️‍🌈"],
  ["what a block escapes", '<"\\>\n'],
] as const;

describe("a chat within its tokens", () => {
  test("stays as it is, however long its parts are", () => {
    const messages = [old("word ".repeat(1_500)), message("And the price?")];
    expect(fit(messages)).toBe(messages);
  });
});

describe.each(scripts)("10,000 characters of %s", (_name, piece) => {
  const text = piece.repeat(Math.ceil(10_000 / piece.length));

  test("in a new message fit, with what was said before", () => {
    const fitted = fit([...many(10, (index) => old(`old ${index}`)), message(text)]);
    expect(tokensOf(fitted)).toBeLessThanOrEqual(CHAT_TOKENS);
    expect(fitted.at(-1)?.text).toStartWith(piece.slice(0, 8));
    expect(textsOf(fitted)).toContain("old 9");
  });

  test("in each of five new messages fit, and none is dropped", () => {
    const fitted = fit(many(5, () => message(text)));
    expect(fitted).toHaveLength(5);
    expect(tokensOf(fitted)).toBeLessThanOrEqual(CHAT_TOKENS);
    for (const one of fitted) expect(one.text).toStartWith(piece.slice(0, 8));
  });

  test("in each of thirty old messages fit; what is asked now is whole", () => {
    const fitted = fit([...many(30, () => old(text)), message("And the price?")]);
    expect(tokensOf(fitted)).toBeLessThanOrEqual(CHAT_TOKENS);
    expect(fitted.at(-1)?.text).toBe("And the price?");
    expect(fitted.length).toBeGreaterThan(5);
  });
});

describe("a chat beyond its tokens", () => {
  test("keeps the newest of what was said before, without gaps", () => {
    const fitted = fit([...many(200, (index) => old(`old ${index}`)), message("Now?")]);
    const first = 200 - (fitted.length - 1);
    expect(first).toBeGreaterThan(100);
    expect(textsOf(fitted)).toEqual([
      ...many(200 - first, (index) => `old ${first + index}`),
      "Now?",
    ]);
  });

  test("keeps short new messages whole beside a long one", () => {
    const short = ["Hi!", "My roof is flat.", "Call me on Tuesday at ten."];
    const fitted = fit([...short.map((text) => message(text)), message("la ".repeat(20_000))]);
    expect(textsOf(fitted).slice(0, 3)).toEqual(short);
    expect(fitted[3]?.text).toContain("[…]");
  });

  test("drops no new message of a flood: the oldest stand in one, line by line", () => {
    const fitted = fit([old("before"), ...many(300, (index) => message(`number ${index}.`))]);
    const said = textsOf(fitted).join("\n");
    expect(fitted.length).toBeLessThan(40);
    for (let index = 0; index < 300; index += 1) expect(said).toContain(`number ${index}.`);
    expect(tokensOf(fitted)).toBeLessThanOrEqual(CHAT_TOKENS);
  });

  test("keeps a new message that stands among old ones, such as an edit, at its place", () => {
    const messages = [message("edited"), ...many(300, () => old("old")), message("Now?")];
    const fitted = fit(messages);
    expect(fitted[0]?.text).toBe("edited");
    expect(fitted.at(-1)?.text).toBe("Now?");
  });

  test("cuts what a message answers, too", () => {
    const quoted = "word ".repeat(10_000);
    const fitted = fit([message("Yes, that one", { quoted }), message("la ".repeat(5_000))]);
    expect(fitted[0]?.quoted).toContain("[…]");
    expect(tokensOf(fitted)).toBeLessThanOrEqual(CHAT_TOKENS);
  });
});
