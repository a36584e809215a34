import type { Fact } from "../prompt.ts";
import { firstSentence } from "./facts.ts";
import { detectLanguage, type Language, languages } from "./language.ts";

const AMOUNT = /[$€£₹]\s?\d[\d.,]*\d|[$€£₹]\s?\d/g;
const NUMBER = /\d+(?:[.,:]\d+)*/g;

function translated({ topic, text }: Fact, language: Language): string | undefined {
  const byTopic = new Map(Object.entries(languages[language].demoFacts ?? {}));
  const words = byTopic.get(topic);
  // After an edit of the fact the amounts are read from the fact itself.
  return words?.match(NUMBER)?.some((number) => !text.includes(number)) ? undefined : words;
}

/** A fact in the lead's language, as far as the model knows one for it; its numbers stay as they are. */
export function inWords(fact: Fact, language: Language): string {
  const { kind, topic, text } = fact;
  const known = translated(fact, language);
  if (known !== undefined) return known;
  if (kind !== "price") return text;
  if (detectLanguage([text], "en") === language) return firstSentence(text);
  const amounts = text.match(AMOUNT) ?? [];
  return amounts.length > 0 ? `${topic}: ${amounts.join(", ")}.` : text;
}
