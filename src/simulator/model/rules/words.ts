/** Accents, Arabic vowel and hamza signs, Hindi nukta: what people leave out when typing. */
const OPTIONAL_MARKS = /[\u0300-\u036f\u064b-\u065f\u0670\u0640\u093c]/g;

/** One spelling of what is spelled in several ways, lower case, so that one pattern finds them all. */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(OPTIONAL_MARKS, "")
    .replaceAll("ى", "ي")
    .replaceAll("ة", "ه")
    .replaceAll("ँ", "ं")
    .replaceAll("’", "'")
    .toLowerCase();
}

const LETTER = "[\\p{L}\\p{M}\\p{N}]";

/** The source of a pattern that finds these words as whole ones in `plain` text. */
export function wholeWords(words: string, prefixes = ""): string {
  const body = plain(words).replaceAll("~", "[\\p{L}\\p{M}]*");
  const glued = prefixes === "" ? "" : `(?:${plain(prefixes)})?`;
  return `(?<!${LETTER})${glued}(?:${body})(?!${LETTER})`;
}
