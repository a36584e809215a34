/** A shortened text keeps at least this share of what fits, or it is cut within a sentence. */
const LEAST_SHARE = 0.5;

/**
 * The text, or as many of its first whole sentences as `maxChars` hold; where these would be less than
 * half of it, whole words and an ellipsis.
 */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const least = maxChars * LEAST_SHARE;
  const sentences = lastEnd(text.slice(0, maxChars + 1), /[.!?…。！？؟](?=\s)|\n/g);
  if (sentences >= least) return text.slice(0, sentences).trimEnd();
  const room = text.slice(0, maxChars);
  const words = lastEnd(room, /\S(?=\s)/g);
  const end = words >= least ? words : maxChars - 1;
  // Half of a surrogate pair is no character.
  return `${text
    .slice(0, Math.min(end, maxChars - 1))
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd()}…`;
}

/** Where the last match ends; 0 without one. */
function lastEnd(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((_, match) => match.index + match[0].length, 0);
}
