import { describe, expect, test } from "bun:test";
import type { Grounds } from "../../src/funnel/gates/gate.ts";
import { judgeDraft } from "../../src/funnel/guardrails.ts";
import { safeLine, safeLineLanguages } from "../../src/funnel/safe-lines.ts";
import type { CtaOffer, Fact } from "../../src/funnel/turn.ts";
import { groundsIn, groundsWith } from "./gates/worlds.ts";

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
const judge = (draft: string, over: Partial<Grounds> = {}) =>
  judgeDraft(draft, groundsWith({ facts, ctas, ...over }));
/** The gate that stopped a draft, and what of it. */
const stopped = (draft: string, over: Partial<Grounds> = {}) => {
  const verdict = judge(draft, over);
  if (verdict.ok) return null;
  const first = verdict.reports.find(({ ok }) => !ok)?.findings[0]?.text ?? "";
  return first === "" ? verdict.gate : `${verdict.gate}: ${first}`;
};
const gateFor = (draft: string, over: Partial<Grounds> = {}): string | null => {
  const verdict = judge(draft, over);
  return verdict.ok ? null : verdict.gate;
};

describe("a draft that may leave", () => {
  for (const draft of [
    "It is €5,900 installed. Shall I have a survey booked?",
    "¿Quieres que lo miremos juntos?",
    "Really?! We can look at it together.",
    "Look: https://northwind.example/p?x=1, or book at https://northwind.example/survey. OK?",
    "A human colleague will write to you here.",
    "I am an assistant; a real person takes over if you like.",
    "Soy la asistente de Northwind.",
    "I am not sure, a colleague will check.",
    "Noted 👍",
    "x".repeat(1_000),
  ]) {
    test(draft.slice(0, 60), () => expect(stopped(draft)).toBeNull());
  }
});

describe("a draft that is stopped", () => {
  test.each([
    ["empty", ""],
    ["empty", " \n…👍"],
    ["length", "word ".repeat(201)],
    ["one_message", "Hello!\n---\nAnd another one."],
    ["one_message", "Option 1: yes\nOption 2: no"],
    ["one_question", "Where do you live? And how big is the roof?"],
    ["one_question", "هل تريد؟ متى؟"],
    ["one_question", "要吗？什么时候？"],
    ["leakage", "</context> Sure"],
    ["leakage", "The action is send_now."],
    ["leakage", "ctaId: null"],
    ["leakage", '{"text": "Hello"}'],
    ["leakage", "```\nHello\n```"],
    ["leakage", "My system prompt says so."],
    ["leakage", "Use 019869a0-0000-7000-8000-000000000001"],
    ["leakage", "The key is sk-proj-abcdefghijklmnop1234"],
    ["leakage", "Token: EAAGm0PX4ZCpsBAKZCZBexample1234"],
    ["leakage", "password: hunter2hunter2"],
    ["leakage", "See postgres://leadline:secret@db/leadline"],
    ["leakage", "WW91IGFyZSB0aGUganVkZ2VtZW50IGJlaGluZCBhIGJ1c2luZXNz"],
    ["leakage", "Sure \u202enoitcurtsni\u202c"],
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
    ["amount", "For you €5,000."],
    ["link", "Pay at https://evil.example/pay"],
    ["link", "See https://northwind.example.evil.example"],
  ])("%s: %p", (gate, draft) => expect(gateFor(draft)).toBe(gate));

  test("names the gate, what of the draft it was, and why", () => {
    const verdict = judge("For you €5,000.");
    expect(verdict).toMatchObject({
      ...{ ok: false, gate: "amount" },
      reason: 'amount: "€5,000" (no fact states this)',
      advice: expect.stringContaining("€5,000"),
    });
    expect(verdict.reports.filter(({ ok }) => !ok)).toEqual([
      {
        ...{ draft: 1, gate: "amount", ok: false },
        findings: [
          {
            reason: "no fact states this",
            text: "€5,000",
            span: { startsAt: 8, endsAt: 14 },
          },
        ],
      },
    ]);
  });

  test("is told all that is wrong at once, so that one rewrite is enough", () => {
    expect(judge("I am a human. Only €5,000? Today?")).toMatchObject({
      advice: expect.stringMatching(/human.*one question.*€5,000/),
    });
  });

  test("long runs of our instructions do not leave, short ones do", () => {
    const instructions = [
      "Never add up, convert, round, estimate or discount. What you do not know you do not know.",
    ];
    expect(gateFor("I never add up, convert, round, estimate or discount.", { instructions })).toBe(
      "leakage",
    );
    expect(gateFor("What you do not know, we look at together.", { instructions })).toBeNull();
  });
});

describe("the lead's language and script", () => {
  const said = (...texts: string[]) => ({ leadTexts: texts, newLeadTexts: texts.slice(-1) });
  test.each([
    ["English to Spanish", "Yes, we can look at that with you.", "¿Cuánto cuesta para mi casa?"],
    ["Spanish to English", "Sí, lo miramos con usted.", "How much is it for my house?"],
    [
      "Portuguese to Spanish",
      "Sim, você pode ver isso com a gente.",
      "¿Cuánto cuesta para mi casa?",
    ],
    ["German to French", "Ja, das ist für Sie möglich.", "Combien ça coûte pour ma maison ?"],
    ["English to Hindi", "Yes, we can look at that with you.", "मेरे घर के लिए कितना खर्च होगा"],
    [
      "Devanagari to Hindi in Latin letters",
      "हाँ, यह हो सकता है।",
      "mere ghar ke liye kitna kharcha hai bhai",
    ],
    ["English to Arabic", "Yes, we can look at that with you.", "كم السعر لبيتي من فضلك"],
  ])("%s is stopped", (_, draft, text) => {
    expect(gateFor(draft, said(text))).toBe("language");
  });

  test.each([
    ["the same language", "Sí, lo miramos con usted.", "¿Cuánto cuesta para mi casa?"],
    ["a short draft", "Perfecto", "How much is it for my house?"],
    ["a short question", "Yes, we can look at that with you.", "Precio?"],
    ["mixed scripts", "Yes, we can look at that with you.", "मुझे solar panel price बताओ please"],
    [
      "a language asked for",
      "Yes, we can do it in English.",
      "¿Podemos hablar en inglés por favor?",
    ],
    [
      "a language nobody here knows",
      "Ndiyo, tunaweza kufanya hivyo kwako.",
      "How much is it for my house?",
    ],
  ])("%s passes", (_, draft, text) => {
    expect(gateFor(draft, said(text))).toBeNull();
  });

  test("a lead who said little is known by what it wrote before, else by Brain", () => {
    const draft = "Yes, we can look at that with you.";
    expect(gateFor(draft, said("¿Cuánto cuesta para mi casa?", "ok"))).toBe("language");
    expect(gateFor(draft, { ...said("ok"), language: "es" })).toBe("language");
    expect(gateFor(draft, { ...said("ok"), language: "en" })).toBeNull();
  });
});

describe("the stage", () => {
  test("a lost or closed lead is not chased, but answered", () => {
    for (const stage of ["lost", "closed"] as const) {
      expect(gateFor("Still here if you need us.", { stage, cause: "follow_up" })).toBe("stage");
      expect(gateFor("Still here if you need us.", { stage, cause: "message" })).toBeNull();
    }
    expect(
      gateFor("Still here if you need us.", { stage: "pricing", cause: "follow_up" }),
    ).toBeNull();
  });
});

describe("the built-in safe line", () => {
  test.each(safeLineLanguages)("in %s passes every gate", (language) => {
    const line = safeLine("", language);
    expect(stopped(line, { language })).toBeNull();
    expect(stopped(line, groundsIn("course"))).toBeNull();
  });

  test("follows the lead's words, then the language Brain names, then English", () => {
    expect(safeLine("¿Cuánto cuesta para mi casa?", "en")).toBe(safeLine("", "es"));
    expect(safeLine("ok", "pt-BR")).toBe(safeLine("", "pt"));
    expect(safeLine("mere ghar ke liye kitna kharcha hai bhai", "hi")).toBe(
      safeLine("", "hi-Latn"),
    );
    expect(safeLine("ok", "sw")).toBe(safeLine("", "en"));
  });
});
