import { describe, expect, test } from "bun:test";
import { calledFor } from "../../src/funnel/attention-words.ts";

const reasonFor = (text: string) => calledFor([text])?.reason ?? null;

describe("a person is called by words alone", () => {
  test.each([
    ["asked_for_human", "Human please"],
    ["asked_for_human", "I want to talk to a real person"],
    ["asked_for_human", "can you connect me with an agent"],
    ["asked_for_human", "let me speak with someone"],
    ["asked_for_human", "Quiero hablar con una persona"],
    ["asked_for_human", "¿Me pasas con un asesor por favor?"],
    ["asked_for_human", "Quero falar com um atendente"],
    ["asked_for_human", "Ich möchte mit einem Menschen sprechen"],
    ["asked_for_human", "Je voudrais parler à un conseiller"],
    ["asked_for_human", "Vorrei parlare con una persona"],
    ["asked_for_human", "मुझे किसी इंसान से बात करनी है"],
    ["asked_for_human", "kisi insaan se baat karni hai"],
    ["asked_for_human", "أريد التحدث مع شخص"],
    ["legal_or_safety", "I will call my lawyer"],
    ["legal_or_safety", "There is a gas leak!"],
    ["legal_or_safety", "Los voy a demandar"],
    ["legal_or_safety", "Vou ao Procon"],
    ["legal_or_safety", "Ich gehe zum Anwalt"],
    ["legal_or_safety", "Ça sent la fumée"],
    ["legal_or_safety", "घर में आग लग गई"],
    ["legal_or_safety", "سأتصل بالشرطة"],
    ["unhappy", "This is unacceptable"],
    ["unhappy", "Esto es una estafa"],
    ["unhappy", "Péssimo atendimento, que absurdo"],
    ["unhappy", "Das ist Abzocke"],
    ["unhappy", "C'est une arnaque"],
    ["unhappy", "यह धोखा है"],
    ["unhappy", "هذا نصب واحتيال"],
  ])("%s: %s", (reason, text) => expect(reasonFor(text)).toBe(reason as never));

  test("the graver reason wins, whichever message has it", () => {
    expect(calledFor(["this is terrible", "my roof is on fire"])?.reason).toBe("legal_or_safety");
  });
});

describe("nobody is called for", () => {
  test.each([
    "Hi, how much is it?",
    "Are you a human?",
    "¿Eres una persona real?",
    "Bist du ein Mensch?",
    "I do not need a person, just the price",
    "Can a technician come on Tuesday?",
    "We are 4 people at home",
    "¿Cuánto cuesta?",
    "Quanto custa?",
    "Wie viel kostet das?",
    "C'est combien ?",
    "कितना खर्च होगा?",
    "كم السعر؟",
  ])("%s", (text) => expect(reasonFor(text)).toBeNull());
});
