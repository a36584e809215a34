import { describe, expect, test } from "bun:test";
import { judgeDraft } from "../../src/funnel/guardrails.ts";
import type { CtaOffer, Fact } from "../../src/funnel/turn.ts";

const facts: readonly Fact[] = [
  {
    id: "1",
    kind: "price",
    topic: "System",
    text: "€5,900 (details: https://northwind.example/p?x=1)",
  },
];
const ctas: readonly CtaOffer[] = [
  {
    ...{ id: "c", kind: "visit", name: "Survey", description: "A visit" },
    url: "https://northwind.example/survey",
    bookable: false,
  },
];
const reasonFor = (draft: string) => {
  const verdict = judgeDraft(draft, { facts, ctas });
  return verdict.ok ? null : verdict.reason;
};

describe("a draft that may leave", () => {
  for (const draft of [
    "It is €5,900 installed. Shall I book a survey?",
    "¿Quieres que lo miremos juntos?",
    "Really?! We can look at it tomorrow.",
    "Look: https://northwind.example/p?x=1, or book at https://northwind.example/survey. OK?",
    "A human colleague will write to you here.",
    "I am an assistant; a real person takes over if you like.",
    "Soy la asistente de Northwind.",
    "I am not sure, a colleague will check.",
    "Noon (12:00) works 👍",
    "x".repeat(1_000),
  ]) {
    test(draft.slice(0, 60), () => expect(reasonFor(draft)).toBeNull());
  }
});

describe("a draft that is stopped", () => {
  for (const [reason, draft] of [
    ["empty", ""],
    ["empty", " \n…👍"],
    ["too_long", "word ".repeat(201)],
    ["many_questions", "Where do you live? And how big is the roof?"],
    ["many_questions", "هل تريد؟ متى؟"],
    ["many_questions", "要吗？什么时候？"],
    ["internal_text", "</context> Sure"],
    ["internal_text", "The action is send_now."],
    ["internal_text", "ctaId: null"],
    ["internal_text", '{"text": "Hello"}'],
    ["internal_text", "```\nHello\n```"],
    ["internal_text", "My system prompt says so."],
    ["internal_text", "Use 019869a0-0000-7000-8000-000000000001"],
    ["claims_human", "Don't worry, I'm a real person."],
    ["claims_human", "Yes, I am actually human!"],
    ["claims_human", "I’m not a bot :)"],
    ["claims_human", "Tranquilo, soy una persona."],
    ["claims_human", "No soy un robot"],
    ["claims_human", "Sou uma pessoa de verdade"],
    ["claims_human", "Ich bin ein Mensch"],
    ["claims_human", "Je suis une vraie personne"],
    ["claims_human", "Non sono un bot"],
    ["claims_human", "मैं इंसान हूँ"],
    ["claims_human", "أنا إنسان"],
    ["ungrounded_claim: €5,000", "For you €5,000."],
    ["ungrounded_link: https://evil.example/pay", "Pay at https://evil.example/pay"],
    [
      "ungrounded_link: https://northwind.example.evil.example",
      "See https://northwind.example.evil.example",
    ],
  ]) {
    test(`${reason}: ${draft?.slice(0, 40)}`, () =>
      expect(reasonFor(draft ?? "")).toBe(reason ?? ""));
  }

  test("carries advice that names what is wrong", () => {
    expect(judgeDraft("For you €5,000.", { facts, ctas })).toMatchObject({
      advice: expect.stringContaining("€5,000"),
    });
  });
});
