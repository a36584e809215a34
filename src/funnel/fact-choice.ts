import type { Count } from "./context-budget.ts";
import type { Fact } from "./turn.ts";

/** Tokens that the facts may take in a prompt, their JSON included. */
export const FACTS_TOKENS = 3_000;
/** Of these, what is the same in every turn; the rest is for what the lead is asking about. */
const STABLE_SHARE = 2 / 3;
/** Beside the best, what is worth its tokens: a "the" in common is not. */
const LEAST_OF_BEST = 0.1;
/** Id, kind and keys of one fact. */
const FRAME_TOKENS = 18;

/** Whether all of them fit. */
export function factsFit(facts: readonly Fact[], count: Count): boolean {
  return facts.reduce((sum, fact) => sum + sizeOf(fact, count), 0) <= FACTS_TOKENS;
}

function sizeOf({ topic, text }: Fact, count: Count): number {
  return FRAME_TOKENS + count(topic) + count(text);
}

/**
 * The facts that one turn is told, within `FACTS_TOKENS`: all if they fit. Else prices first and then the
 * others in the organization's order, the same in every turn; and marked `onlyNow` those of the rest that have
 * most in common with the new messages.
 */
export function chooseFacts(
  facts: readonly Fact[],
  newTexts: readonly string[],
  count: Count,
): readonly Fact[] {
  if (factsFit(facts, count)) return facts;
  const pricesFirst = [
    ...facts.filter(({ kind }) => kind === "price"),
    ...facts.filter(({ kind }) => kind !== "price"),
  ];
  const stable = new Set(taken(pricesFirst, FACTS_TOKENS * STABLE_SHARE, count));
  const others = pricesFirst.filter((fact) => !stable.has(fact));
  const asked = byRelevance(others, facts, newTexts);
  return [
    ...facts.filter((fact) => stable.has(fact)),
    ...taken(asked, FACTS_TOKENS * (1 - STABLE_SHARE), count).map(
      (fact): Fact => ({ ...fact, onlyNow: true }),
    ),
  ];
}

/** In their order, each that still fits. */
function taken(facts: readonly Fact[], tokens: number, count: Count): Fact[] {
  let left = tokens;
  return facts.filter((fact) => {
    const size = sizeOf(fact, count);
    if (size > left) return false;
    left -= size;
    return true;
  });
}

/** Those that share words with the texts; a word that few facts have weighs more, one of the topic twice. */
function byRelevance(
  facts: readonly Fact[],
  all: readonly Fact[],
  newTexts: readonly string[],
): Fact[] {
  const asked = wordsOf(newTexts.join("\n"));
  const spread = new Map<string, number>();
  for (const { topic, text } of all) {
    for (const word of wordsOf(`${topic} ${text}`)) spread.set(word, (spread.get(word) ?? 0) + 1);
  }
  const weight = (text: string) =>
    [...wordsOf(text)].reduce(
      (sum, word) => sum + (asked.has(word) ? 1 / (spread.get(word) ?? 1) : 0),
      0,
    );
  const scored = facts
    .map((fact) => ({ fact, score: 2 * weight(fact.topic) + weight(fact.text) }))
    .toSorted((one, other) => other.score - one.score);
  const least = (scored[0]?.score ?? 0) * LEAST_OF_BEST;
  return scored.filter(({ score }) => score > 0 && score >= least).map(({ fact }) => fact);
}

/** Knows words also where no blanks stand between them. */
const segmenter = new Intl.Segmenter("und", { granularity: "word" });

function wordsOf(text: string): Set<string> {
  const words = [...segmenter.segment(text.normalize("NFKC").toLowerCase())];
  return new Set(words.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment));
}
