import type { Fact } from "../prompt.ts";
import { allRules } from "./language.ts";
import { plain } from "./words.ts";

const fillers = new Set(allRules.flatMap(({ wording }) => plain(wording.fillers).split(" ")));

/** "installs", "installed" and "installation" are one word; so are an Arabic noun and itself with "the". */
function stem(word: string): string {
  return word
    .replace(/(?<=...)s$/, "")
    .replace(/^(?:[وفبك]?ال|لل)(?=...)/u, "")
    .slice(0, 7);
}

function words(text: string): string[] {
  return (plain(text).match(/[\p{L}\p{M}]{3,}|\d+(?:[.,]\d+)*/gu) ?? [])
    .filter((word) => !fillers.has(word))
    .map(stem);
}

const synonymsByStem = new Map(
  allRules
    .flatMap(({ wording }) => Object.entries(wording.synonyms))
    .map(([word, meant]) => [stem(plain(word)), meant.split(" ").map(stem)]),
);

function asksForPlace(question: string): boolean {
  return allRules.some(({ wording }) => wording.place.test(question));
}

function questionWords(question: string): string[] {
  const asked = words(question).flatMap((word) => [word, ...(synonymsByStem.get(word) ?? [])]);
  return [...new Set(asksForPlace(question) ? [...asked, ...words("service area")] : asked)];
}

/** Less than this share of the best score is chance. */
const WORTH_SAYING = 0.6;

/** A fact named by its topic is meant even if others mention the word. */
const TOPIC_BONUS = 0.5;

/**
 * Facts that speak about what was asked, best first. A word counts the more the fewer facts have it,
 * and more than double in a topic, so that "Boulder" finds the service area among ten facts that say "install".
 */
export function factsAbout(question: string, facts: readonly Fact[]): Fact[] {
  const asked = questionWords(question);
  const indexed = facts.map((fact) => ({
    fact,
    topic: new Set(words(fact.topic)),
    all: new Set(words(`${fact.topic} ${fact.text}`)),
  }));
  const spread = (word: string) => indexed.filter(({ all }) => all.has(word)).length;
  const scored = indexed.map(({ fact, topic, all }) => {
    const hits = asked.filter((word) => all.has(word));
    const weights = hits.map((word) =>
      topic.has(word) ? TOPIC_BONUS + 2 / spread(word) : 1 / spread(word),
    );
    return { fact, score: weights.reduce((sum, weight) => sum + weight, 0) };
  });
  scored.sort((a, b) => b.score - a.score);
  const least = Math.max(WORTH_SAYING, (scored[0]?.score ?? 0) * WORTH_SAYING);
  return scored.filter(({ score }) => score >= least).map(({ fact }) => fact);
}

/** The first sentence, with its end mark. */
export function firstSentence(text: string): string {
  return text.match(/^.*?[.!?؟।](?=\s|$)/s)?.[0] ?? text;
}
