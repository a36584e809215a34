import { languages, spokenFor } from "./language.ts";
import type { NotedTopic } from "./languages/shape.ts";
import type { Situation } from "./situation.ts";
import { topicsOf } from "./topics.ts";

const MAX_SUMMARY_CHARS = 1_200;
const MAX_QUOTE_CHARS = 120;

const notedTopics: readonly NotedTopic[] = [
  "price",
  "expensive",
  "how",
  "human",
  "bookVerb",
  "later",
  "notInterested",
  "injection",
];

/** The previous notes with what the lead newly asked and told; the oldest words go first. */
export function memoryAnswer({ context, leadTexts }: Situation): Record<string, unknown> {
  const { notes } = languages[spokenFor(context.language ?? "en")];
  const topics = new Set(leadTexts.flatMap((text) => [...topicsOf(text)]));
  const acts = notedTopics.filter((topic) => topics.has(topic)).map((topic) => notes.acts[topic]);
  const told = leadTexts
    .filter((text) => text.trim() !== "" && !topicsOf(text).has("question"))
    .map((text) => `“${text.slice(0, MAX_QUOTE_CHARS)}”`);
  const known = context.summary ?? "";
  const sentences = [
    known,
    acts.length > 0 ? notes.did(acts.join(", ")) : "",
    told.length > 0 ? notes.said(told.join(" ")) : "",
  ].filter((sentence, index) => sentence !== "" && (index === 0 || !known.includes(sentence)));
  return { summary: (sentences.join(" ") || notes.wrote).slice(-MAX_SUMMARY_CHARS) };
}
