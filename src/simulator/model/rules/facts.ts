import type { Fact } from "../prompt.ts";
import { plain } from "./language.ts";

/** Words of a lead that mean what a fact says with another one. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  garantia: ["warranty"],
  guarantee: ["warranty"],
  financiacion: ["financing"],
  financiar: ["financing"],
  cuotas: ["financing"],
  plazos: ["financing"],
  credit: ["financing"],
  credito: ["financing"],
  loan: ["financing"],
  bateria: ["battery"],
  baterias: ["battery"],
  cargador: ["charger"],
  coche: ["car"],
  carro: ["car"],
  tarda: ["installation", "time"],
  tardan: ["installation", "time"],
  long: ["time"],
  permiso: ["permits"],
  permisos: ["permits"],
  permit: ["permits"],
  techo: ["roofs"],
  tejado: ["roofs"],
  roof: ["roofs"],
  zona: ["service", "area"],
  apagon: ["outages"],
  apagones: ["outages"],
  blackout: ["outages"],
  outage: ["outages"],
  nieve: ["snow"],
  granizo: ["hail"],
  horario: ["hours"],
  abiertos: ["hours"],
  open: ["hours"],
  visita: ["visit"],
  gratis: ["free"],
  revision: ["check"],
  limpieza: ["cleaning"],
  maintenance: ["check"],
  mantenimiento: ["check"],
  where: ["service", "area"],
  donde: ["service", "area"],
};

const STOP_WORDS = new Set(
  "the and you your for with what how much does have can will are there about this that from its it's our not que como cuanto para con los las una por del hay mas tiene tienen home system".split(
    " ",
  ),
);

/** "installs", "installed" and "installation" are one word. */
function stem(word: string): string {
  return word.replace(/(?<=...)s$/, "").slice(0, 7);
}

function words(text: string): string[] {
  return (plain(text).match(/[a-z]{3,}|\d+(?:[.,]\d+)*/g) ?? [])
    .filter((word) => !STOP_WORDS.has(word))
    .map(stem);
}

const synonymsByStem = new Map(
  Object.entries(synonyms).map(([word, meant]) => [stem(word), meant.map(stem)]),
);

/** A place somebody asks about: "in Paris", "en Chicago". */
const PLACE = /\b(?:in|en) \p{Lu}/u;

function questionWords(question: string): string[] {
  const asked = words(question).flatMap((word) => [word, ...(synonymsByStem.get(word) ?? [])]);
  return [...new Set(PLACE.test(question) ? [...asked, ...words("service area")] : asked)];
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
  return text.match(/^.*?[.!?](?=\s|$)/s)?.[0] ?? text;
}
