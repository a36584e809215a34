import { describe, expect, test } from "bun:test";
import { matchOptOut, optOutConfirmation } from "../../src/funnel/opt-out.ts";

describe("a message that is only a stop word", () => {
  for (const [text, language] of [
    ["STOP", "en"],
    [" stop!!! ", "en"],
    ["🛑 Stop. 🛑", "en"],
    ["sToP", "en"],
    ["ＳＴＯＰ", "en"],
    ["“unsubscribe”", "en"],
    ["Opt-Out", "en"],
    ["Don’t contact me", "en"],
    ["Please, stop.", "en"],
    ["Parar", "es"],
    ["BAJA", "es"],
    ["cancelar suscripción", "es"],
    ["No me escriban más", "es"],
    ["Sair", "pt"],
    ["cancelar inscrição", "pt"],
    ["Não quero mais mensagens!", "pt"],
    ["Stopp", "de"],
    ["ABMELDEN", "de"],
    ["Arrêter", "fr"],
    ["Désabonner", "fr"],
    ["Ne m’écrivez plus", "fr"],
    ["Disiscrivimi", "it"],
    ["non scrivetemi più", "it"],
    ["बंद करो", "hi"],
    ["रोकें।", "hi"],
    ["Band karo", "hi"],
    ["توقف", "ar"],
    ["إيقاف!", "ar"],
    ["ايقاف", "ar"],
    ["تَوَقَّفْ", "ar"],
    ["الغاء الاشتراك", "ar"],
    ["Стоп", "ru"],
    ["afmelden", "nl"],
    ["DURDUR", "tr"],
    ["abonelikten cik", "tr"],
    ["Berhenti", "id"],
  ]) {
    test(`${text} (${language})`, () => {
      expect(matchOptOut(text ?? "")).toMatchObject({ kind: "stop", language: language ?? "" });
    });
  }
});

describe("a message that only contains such a word", () => {
  for (const text of [
    ...["Can you stop by tomorrow?", "Do not stop", "stopover", "nonstop", "cancel my visit"],
    ...["cancel", "end", "para mi casa", "planta baja", "Start with the price", "", "👍", "?"],
    ...["बंद", "basta", "Hi", "no"],
  ]) {
    test(`"${text}" is not an opt-out`, () => expect(matchOptOut(text)).toBeNull());
  }
});

describe("start words", () => {
  for (const [text, language] of [
    ["START", "en"],
    ["Iniciar", "es"],
    ["voltar", "pt"],
    ["Starten", "de"],
    ["reprendre", "fr"],
    ["riprendi", "it"],
    ["शुरू करें", "hi"],
    ["ابدأ", "ar"],
  ]) {
    test(`${text} (${language})`, () => {
      expect(matchOptOut(text ?? "")).toMatchObject({ kind: "start", language: language ?? "" });
    });
  }
});

describe("the confirmation", () => {
  const languages = ["en", "es", "pt", "de", "fr", "it", "hi", "ar", "ru", "nl", "tr", "id"];

  for (const language of languages) {
    test(`in ${language} is one short sentence that names a word which really brings you back`, () => {
      const sentence = optOutConfirmation(language);
      expect(sentence.length).toBeLessThan(120);
      expect(sentence.match(/[.।]/g)).toHaveLength(1);
      const shouted = sentence.match(/\p{Lu}{4,}/u)?.[0] ?? "";
      expect(matchOptOut(shouted)?.kind).toBe("start");
    });
  }

  test("follows the primary language of a tag and falls back to English", () => {
    expect(optOutConfirmation("es-MX")).toBe(optOutConfirmation("es"));
    expect(optOutConfirmation("PT_br")).toBe(optOutConfirmation("pt"));
    expect(optOutConfirmation("sw")).toBe(optOutConfirmation("en"));
    expect(new Set(languages.map(optOutConfirmation)).size).toBe(languages.length);
  });
});
