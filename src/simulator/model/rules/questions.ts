import type { Cta } from "../prompt.ts";
import { type Language, plain } from "./language.ts";
import type { Situation } from "./situation.ts";

interface Question {
  en: string;
  es: string;
  /** What the lead's words look like when they have already told it. */
  told: RegExp;
}

const solarQuestions: readonly Question[] = [
  {
    en: "Is it for your own home or for a business?",
    es: "¿Es para tu casa o para un negocio?",
    told: /\b(my (own )?(home|house)|(our|the) house|business|shop|office|mi casa|nuestra casa|negocio|tienda|oficina|(own|my) home)\b/,
  },
  {
    en: "Which town is it in?",
    es: "¿En qué ciudad está?",
    told: /\b(i live in|we live in|i'm in|located in|denver|boulder|fort collins|colorado springs|vivo en|vivimos en|esta en|estoy en)\b/,
  },
  {
    en: "Roughly how much is your monthly power bill?",
    es: "¿Cuánto pagas de luz al mes, más o menos?",
    told: /\b(bill|a month|per month|monthly|al mes|factura|recibo)\b/,
  },
];

const plainQuestions: readonly Question[] = [
  {
    en: "What would you like to use it for?",
    es: "¿Para qué lo necesitas?",
    told: /\b(i need|we need|it is for|it's for|necesito|necesitamos|es para)\b/,
  },
  {
    en: "When would you like to start?",
    es: "¿Cuándo te gustaría empezar?",
    told: /\b(as soon as|asap|next (week|month)|cuanto antes|el mes que viene)\b/,
  },
];

/** After so many questions a next step is offered instead of another one. */
const QUESTIONS_BEFORE_OFFER = 2;

function questionsFor({ business, facts }: Situation): readonly Question[] {
  const words = plain(`${business.name} ${business.description} ${facts[0]?.text ?? ""}`);
  return /\b(solar|panels?|rooftop)\b/.test(words) ? solarQuestions : plainQuestions;
}

function wasAsked(question: Question, { said }: Situation): boolean {
  return said.some((text) => text.includes(question.en) || text.includes(question.es));
}

/** The qualification question the last message of our side ended with, if it did. */
export function isAnswering(situation: Situation): boolean {
  const { lastSaid } = situation;
  return questionsFor(situation).some(
    ({ en, es }) => lastSaid.endsWith(en) || lastSaid.endsWith(es),
  );
}

/** The next thing to find out; null once enough is known to offer the next step. */
export function nextQuestion(situation: Situation): string | null {
  const questions = questionsFor(situation);
  const told = (question: Question) =>
    situation.leadTexts.some((text) => question.told.test(plain(text)));
  const asked = questions.filter((question) => wasAsked(question, situation));
  if (asked.length >= QUESTIONS_BEFORE_OFFER) return null;
  const open = questions.find((question) => !told(question) && !wasAsked(question, situation));
  return open ? open[situation.language] : null;
}

const spanishKinds: Readonly<Record<string, string>> = {
  visit: "la visita",
  call: "una llamada",
  demo: "una demostración",
};

/** How the next step is called in a sentence. */
export function ctaName({ kind, name }: Cta, language: Language): string {
  if (language === "es") return spanishKinds[kind] ?? name;
  return kind === "call" ? `a ${name.toLowerCase()}` : `the ${name.toLowerCase()}`;
}

/** The offer of a next step: a question for the day, so that a yes brings a time with it. */
export function offerQuestion(cta: Cta, language: Language): string {
  const name = ctaName(cta, language);
  return language === "es"
    ? `¿Qué día y hora te vienen bien para ${name}?`
    : `Which day and time would suit you for ${name}?`;
}

function isOffer(text: string, cta: Cta): boolean {
  return text.endsWith(offerQuestion(cta, "en")) || text.endsWith(offerQuestion(cta, "es"));
}

/** The next step our side offered last, if the last message ends with an offer. */
export function offeredCta({ ctas, lastSaid }: Situation): Cta | undefined {
  return ctas.find((cta) => isOffer(lastSaid, cta));
}

/** Whether any next step was offered in view; `among` = only in so many of our last messages. */
export function wasOffered({ ctas, said }: Situation, among = said.length): boolean {
  return said.slice(-among).some((text) => ctas.some((cta) => isOffer(text, cta)));
}
