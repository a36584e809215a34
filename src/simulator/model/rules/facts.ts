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
  installments: ["financing"],
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
};

const STOP_WORDS = new Set(
  "the and you your for with what how much does have can will are there about this that from its it's our not que como cuanto para con los las una por del hay mas tiene tienen home system".split(
    " ",
  ),
);

function words(text: string): string[] {
  return plain(text).match(/[a-z]{3,}|\d+/g) ?? [];
}

function questionWords(question: string): string[] {
  const asked = words(question).filter((word) => !STOP_WORDS.has(word));
  return [...new Set(asked.flatMap((word) => [word, ...(synonyms[word] ?? [])]))];
}

/**
 * Facts that speak about what was asked, best first. A word counts the more the fewer facts have it,
 * and double in a topic, so that "Boulder" finds the service area among ten facts that say "install".
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
    const score = hits.reduce((sum, word) => sum + (topic.has(word) ? 2 : 1) / spread(word), 0);
    return { fact, score };
  });
  const good = scored.filter(({ score }) => score >= 0.6);
  return good.sort((a, b) => b.score - a.score).map(({ fact }) => fact);
}

/** The first sentence, with its end mark. */
export function firstSentence(text: string): string {
  return text.match(/^.*?[.!?](?=\s|$)/s)?.[0] ?? text;
}
