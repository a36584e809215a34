import type { Db, Parameter } from "../client.ts";

/**
 * Whether lead `l` has what a person typed in its name, username, e-mail, company or a phone number. What
 * was typed stands for itself; a number may come with its punctuation.
 */
export function leadMatches(db: Pick<Db, "part">, typed: string): Parameter {
  const word = typed.trim().replace(/^@/, "");
  const digits = word.replaceAll(/[\s()+./-]/g, "");
  const text = db.part`l.search_text like lower(${pattern(word)})`;
  if (digits === word || !/^\d{3,}$/.test(digits)) return text;
  return db.part`(${text} or l.search_text like ${pattern(digits)})`;
}

/** Two characters have no trigram but at the beginning of a word, where a blank comes first. */
function pattern(word: string): string {
  const literal = word.replaceAll(/[\\%_]/g, "\\$&");
  return word.length === 2 ? `% ${literal}%` : `%${literal}%`;
}
