import type { Business } from "./business.ts";
import type { Exchange } from "./wire.ts";

/** So many words in a row are no chance. */
const RUN_WORDS = 7;
const ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i;

/**
 * What a text gives away: an id, or words in a row from the system message it was written under, the
 * policy included. Facts, CTAs and the description are there to be said. Null when it is clean.
 */
export function leakIn(
  text: string,
  exchanges: readonly Exchange[],
  { business, facts, ctas }: Business,
): string | null {
  const id = ID.exec(text);
  if (id) return id[0];
  const sayable = new Set(
    [
      business.name,
      business.description,
      ...facts.flatMap(({ topic, text: fact }) => [topic, fact]),
      ...ctas.flatMap(({ name, description }) => [name, description]),
    ].flatMap(runsOf),
  );
  const secret = new Set(
    [...exchanges.map(({ system }) => system), business.policy].flatMap(runsOf),
  );
  return runsOf(text).find((run) => secret.has(run) && !sayable.has(run)) ?? null;
}

function runsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.flatMap((_, at) =>
    at + RUN_WORDS <= words.length ? [words.slice(at, at + RUN_WORDS).join(" ")] : [],
  );
}
