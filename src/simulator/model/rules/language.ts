import { arabic } from "./languages/ar.ts";
import { english } from "./languages/en.ts";
import { spanish } from "./languages/es.ts";
import { hindi } from "./languages/hi.ts";
import { hindiInLatin } from "./languages/hi-latn.ts";
import { portuguese } from "./languages/pt.ts";
import type { LanguageRules } from "./languages/shape.ts";
import { plain, wholeWords } from "./words.ts";

/** What the model speaks, by BCP 47 tag. */
export const languages = {
  en: english,
  es: spanish,
  pt: portuguese,
  hi: hindi,
  "hi-Latn": hindiInLatin,
  ar: arabic,
} as const satisfies Record<string, LanguageRules>;

export type Language = keyof typeof languages;

/** Holds because `languages` is a constant with no other keys. */
const languageTags = Object.keys(languages) as Language[];

export const allRules: readonly LanguageRules[] = Object.values(languages);

const markers = languageTags.map((tag) => {
  const { marks, letters, prefixes, topics } = languages[tag].wording;
  const patterns = [marks, Object.values(topics).join("|")];
  return {
    tag,
    letters,
    patterns: patterns.map((words) => new RegExp(wholeWords(words, prefixes), "gu")),
  };
});

/** Letters of its own weigh more than words, which languages share. */
const LETTERS_WEIGHT = 2;

/** The languages whose words and letters a text shows most: one, several that tie, or none. */
function languagesOf(text: string): readonly Language[] {
  const words = plain(text);
  const scores = markers.map(({ letters, patterns }) => {
    const found = new Set(patterns.flatMap((pattern) => words.match(pattern) ?? []));
    return found.size + LETTERS_WEIGHT * (text.match(letters)?.length ?? 0);
  });
  const best = Math.max(...scores);
  return best === 0 ? [] : languageTags.filter((_, index) => scores[index] === best);
}

/** What a tag like "pt-BR" or "hi-Latn-IN" names, English if nothing of it is spoken here. */
export function spokenFor(tag: string): Language {
  const wanted = tag.toLowerCase();
  const known = languageTags.filter((one) => `${wanted}-`.startsWith(`${one.toLowerCase()}-`));
  return known.at(-1) ?? "en";
}

/**
 * The language of the first text that shows one. Where none does, the business's own, unless the first
 * text is surely in another: "Como funciona?" is Spanish or Portuguese.
 */
export function detectLanguage(texts: readonly string[], fallback: string): Language {
  const shown = texts.map(languagesOf);
  const clear = shown.find(({ length }) => length === 1) ?? [];
  const own = spokenFor(fallback);
  const [doubtful = []] = shown;
  return clear[0] ?? (doubtful.includes(own) ? own : (doubtful[0] ?? own));
}
