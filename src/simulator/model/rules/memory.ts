import { plain } from "./language.ts";
import type { Situation } from "./situation.ts";
import { type Topic, topicsOf } from "./topics.ts";

const MAX_SUMMARY_CHARS = 1_200;
const MAX_QUOTE_CHARS = 120;

const noted: readonly [Topic, string, string][] = [
  ["price", "asked for prices", "preguntó por precios"],
  ["expensive", "finds it expensive", "lo encuentra caro"],
  ["how", "asked how it works", "preguntó cómo funciona"],
  ["human", "asked for a person", "pidió hablar con una persona"],
  ["bookVerb", "wants a next step", "quiere dar el siguiente paso"],
  ["later", "wants to think about it", "quiere pensarlo"],
  ["notInterested", "declined", "no está interesado"],
  ["injection", "asked for a change of the rules", "pidió cambiar las reglas"],
];

/** The previous notes with what the lead newly asked and told; the oldest words go first. */
export function memoryAnswer({ context, leadTexts }: Situation): Record<string, unknown> {
  const isSpanish = plain(context.language ?? "en").startsWith("es");
  const topics = new Set(leadTexts.flatMap((text) => [...topicsOf(text)]));
  const acts = noted
    .filter(([topic]) => topics.has(topic))
    .map(([, inEnglish, inSpanish]) => (isSpanish ? inSpanish : inEnglish));
  const told = leadTexts
    .filter((text) => text.trim() !== "" && !topicsOf(text).has("question"))
    .map((text) => `“${text.slice(0, MAX_QUOTE_CHARS)}”`);
  const known = context.summary ?? "";
  const lead = isSpanish ? "El lead" : "The lead";
  const says = isSpanish ? "dice" : "says";
  const sentences = [
    known,
    acts.length > 0 ? `${lead} ${acts.join(", ")}.` : "",
    told.length > 0 ? `${lead} ${says}: ${told.join(" ")}.` : "",
  ].filter((sentence, index) => sentence !== "" && (index === 0 || !known.includes(sentence)));
  const summary = sentences.join(" ") || `${lead} ${isSpanish ? "escribió" : "wrote"}.`;
  return { summary: summary.slice(-MAX_SUMMARY_CHARS) };
}
