import { allRules } from "./language.ts";
import { type OpeningTopic, type Topic, topicNames } from "./languages/shape.ts";
import { plain, wholeWords } from "./words.ts";

/** Before the first word there may be "¡", a quote, an emoji. */
const OPENING = "^[^\\p{L}\\p{N}]*";
const openingTopics: ReadonlySet<Topic> = new Set<OpeningTopic>(["agree", "refuse"]);

/** A topic's words in every language, because leads mix them. */
function inAnyLanguage(topic: Topic): RegExp {
  const sources = allRules.map(({ wording }) =>
    wholeWords(wording.topics[topic], wording.prefixes),
  );
  const start = openingTopics.has(topic) ? OPENING : "";
  return new RegExp(`${start}(?:${sources.join("|")})`, "u");
}

const patterns = new Map(topicNames.map((topic) => [topic, inAnyLanguage(topic)]));
const asks = allRules.map(({ wording }) => wholeWords(wording.opensQuestion)).join("|");
const QUESTION = new RegExp(`[?¿؟]|${OPENING}(?:${asks})`, "u");
const stops = allRules.map(({ wording }) => wording.stopAlone).join("|");
const STOP_ALONE = new RegExp(`^\\s*(?:${plain(stops)})\\s*[.!।]*$`, "u");

/** Everything the text touches. */
export function topicsOf(text: string): ReadonlySet<Topic> {
  const words = plain(text);
  const found = topicNames.filter((topic) => patterns.get(topic)?.test(words));
  if (QUESTION.test(words)) found.push("question");
  if (STOP_ALONE.test(words)) found.push("stop");
  return new Set(found);
}

const closings = new RegExp(
  allRules.map(({ wording }) => wholeWords(wording.closings)).join("|"),
  "gu",
);

/** True for "ok", "thanks!", a lone emoji: words that end a talk and ask for nothing. */
export function isClosing(text: string): boolean {
  return (
    text.trim() !== "" &&
    plain(text)
      .replace(closings, "")
      .replace(/[^\p{L}\p{M}\p{N}?؟？]/gu, "") === ""
  );
}

const times = allRules.flatMap(({ wording }) => [wording.day, wording.hour]).join("|");
const TIME = new RegExp(`(?<![\\p{L}\\p{M}\\p{Nd}])(?:${times})(?![\\p{L}\\p{M}\\p{Nd}])`, "giu");

/** The time somebody names, in their own words from the first to the last of them; null if none. */
export function timeIn(text: string): string | null {
  const hits = [...text.matchAll(TIME)];
  const first = hits[0];
  const last = hits.at(-1);
  if (!first || !last) return null;
  return text
    .slice(first.index, last.index + last[0].length)
    .trim()
    .slice(0, 100);
}
