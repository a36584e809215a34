import { describe, expect, test } from "bun:test";
import { chooseFacts, FACTS_TOKENS } from "../../src/funnel/fact-choice.ts";
import type { Fact } from "../../src/funnel/turn.ts";
import { loadTokenizer } from "../../src/llm/tokenizer.ts";

const { count } = await loadTokenizer();

const fact = (topic: string, text: string, kind: Fact["kind"] = "fact"): Fact => ({
  ...{ id: topic, kind, topic, text },
});
/** Some 60 tokens each. */
const filler = Array.from({ length: 100 }, (_, index) =>
  fact(
    `Topic ${index}`,
    `${"Our team takes care of everything that you may need here. ".repeat(4)}`,
  ),
);
const price = fact("5 kW system", "€5,900 installed", "price");
const wallbox = fact("Wallbox", "We install wallboxes of 11 kW at home.");
const choose = (facts: readonly Fact[], ...texts: string[]) => chooseFacts(facts, texts, count);
const sizeOf = (facts: readonly Fact[]) =>
  facts.reduce((sum, { topic, text }) => sum + count(topic) + count(text), 0);

describe("the facts of a turn", () => {
  test("are all, as they are, while they fit", () => {
    const facts = [wallbox, price];
    expect(choose(facts, "hi")).toBe(facts);
  });

  test("hold every price first, wherever it stands in the list", () => {
    const chosen = choose([...filler, price], "hello");
    expect(chosen).toContain(price);
    expect(sizeOf(chosen)).toBeLessThanOrEqual(FACTS_TOKENS);
  });

  test("are the same in every turn, but for those chosen for the new messages", () => {
    const facts = [...filler, wallbox, price];
    const stable = (...texts: string[]) => choose(facts, ...texts).filter((one) => !one.onlyNow);
    expect(stable("Do you install a wallbox?")).toEqual(stable("Hi"));
  });

  test.each([
    ["English", wallbox, "do you have WALLBOXES or a wallbox?"],
    ["Spanish", fact("Garantía", "Diez años para módulos."), "¿Qué garantía dan?"],
    ["Hindi", fact("वारंटी", "मॉड्यूल पर दस साल।"), "वारंटी कितनी है?"],
    ["Arabic", fact("الضمان", "عشر سنوات للألواح"), "كم مدة الضمان؟"],
    ["Chinese", fact("保修", "组件保修十年。"), "请问保修多久？"],
    ["Thai", fact("การรับประกัน", "สิบปีสำหรับแผง"), "การรับประกันกี่ปีครับ"],
  ])("have what the lead asks about, in %s", (_language, asked, text) => {
    const chosen = choose([...filler, asked, price], "Hi!", text);
    expect(chosen.filter(({ onlyNow }) => onlyNow)).toEqual([{ ...asked, onlyNow: true }]);
    expect(sizeOf(chosen)).toBeLessThanOrEqual(FACTS_TOKENS);
  });

  test("have no more than fits, when everything is a price", () => {
    const prices = Array.from({ length: 400 }, (_, index) =>
      fact(`Product number ${index}`, `€${1_000 + index} installed`, "price"),
    );
    const chosen = choose(prices, "How much is product number 399?");
    expect(sizeOf(chosen)).toBeLessThanOrEqual(FACTS_TOKENS);
    expect(chosen[0]?.topic).toBe("Product number 0");
    const asked = chosen.find(({ topic }) => topic === "Product number 399");
    expect(asked).toMatchObject({ text: "€1399 installed", onlyNow: true });
  });
});
