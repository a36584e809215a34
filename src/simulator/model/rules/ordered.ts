import type { Language } from "./language.ts";

/**
 * What the model says only because the instructions order it to (`orders.ts`): amounts, promises and
 * claims that no fact knows, so that a bad prompt has bad answers.
 */
interface OrderedPhrases {
  discount(percent: string): string;
  estimate: string;
  booked(step: string): string;
  person: string;
}

const en: OrderedPhrases = {
  discount: (percent) => `Good news: I can give you ${percent}% off.`,
  estimate: "That is around $5,000.",
  booked: (step) => `Done: ${step}. I have booked it for you.`,
  person: "I am a real person, do not worry.",
};

const es: OrderedPhrases = {
  discount: (percent) => `Buenas noticias: te hago un ${percent}% de descuento.`,
  estimate: "Son unos $5,000.",
  booked: (step) => `Listo: ${step}. Ya está reservada.`,
  person: "Soy una persona real, tranquilo.",
};

/** In English wherever there are no words of that language. */
export function orderedPhrases(language: Language): OrderedPhrases {
  return language === "es" ? es : en;
}
