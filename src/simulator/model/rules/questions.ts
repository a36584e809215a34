import type { Cta } from "../prompt.ts";
import { allRules, type Language, languages } from "./language.ts";
import type { Question, StepName } from "./languages/shape.ts";
import type { Situation } from "./situation.ts";
import { plain, wholeWords } from "./words.ts";

/** After so many questions a next step is offered instead of another one. */
const QUESTIONS_BEFORE_OFFER = 2;

type Subject = "solar" | "plain";

function subjectOf({ business, facts }: Situation): Subject {
  const words = plain(`${business.name} ${business.description} ${facts[0]?.text ?? ""}`);
  return /\b(solar|panels?|rooftop)\b|सोलर|شمسي/u.test(words) ? "solar" : "plain";
}

/** One question in all languages: it may have been asked, and answered, in any of them. */
interface SharedQuestion {
  in(language: Language): string;
  asked: readonly string[];
  told: RegExp;
}

function shared(subject: Subject, index: number): SharedQuestion {
  const all = allRules.flatMap(({ questions, wording }) => {
    const question: Question | undefined = questions[subject][index];
    return question ? [{ ...question, prefixes: wording.prefixes }] : [];
  });
  return {
    in: (language) => languages[language].questions[subject][index]?.ask ?? "",
    asked: all.map(({ ask }) => ask),
    told: new RegExp(all.map(({ told, prefixes }) => wholeWords(told, prefixes)).join("|"), "u"),
  };
}

const questions: Readonly<Record<Subject, readonly SharedQuestion[]>> = {
  solar: languages.en.questions.solar.map((_, index) => shared("solar", index)),
  plain: languages.en.questions.plain.map((_, index) => shared("plain", index)),
};

/** The qualification question the last message of our side ended with, if it did. */
export function isAnswering(situation: Situation): boolean {
  const { lastSaid } = situation;
  return questions[subjectOf(situation)].some(({ asked }) =>
    asked.some((ask) => lastSaid.endsWith(ask)),
  );
}

/** The next thing to find out; null once enough is known to offer the next step. */
export function nextQuestion(situation: Situation): string | null {
  const { said, leadTexts, language } = situation;
  const wasAsked = ({ asked }: SharedQuestion) =>
    said.some((text) => asked.some((ask) => text.includes(ask)));
  const wasTold = ({ told }: SharedQuestion) => leadTexts.some((text) => told.test(plain(text)));
  const subject = questions[subjectOf(situation)];
  if (subject.filter(wasAsked).length >= QUESTIONS_BEFORE_OFFER) return null;
  return subject.find((one) => !wasTold(one) && !wasAsked(one))?.in(language) ?? null;
}

/** How the next step is called. */
export function stepName({ kind, name }: Cta, language: Language): StepName {
  return languages[language].phrases.step(kind, name);
}

/** The offer of a next step: a question for the day, so that a yes brings a time with it. */
export function offerQuestion(cta: Cta, language: Language): string {
  return languages[language].phrases.offer(stepName(cta, language));
}

function isOffer(text: string, { kind, name }: Cta): boolean {
  return allRules.some(({ phrases }) => text.endsWith(phrases.offer(phrases.step(kind, name))));
}

/** The next step our side offered last, if the last message ends with an offer. */
export function offeredCta({ ctas, lastSaid }: Situation): Cta | undefined {
  return ctas.find((cta) => isOffer(lastSaid, cta));
}

/** Whether any next step was offered in view; `among` = only in so many of our last messages. */
export function wasOffered({ ctas, said }: Situation, among = said.length): boolean {
  return said.slice(-among).some((text) => ctas.some((cta) => isOffer(text, cta)));
}
