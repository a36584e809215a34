import { readable } from "../amounts.ts";
import { remembered } from "../remembered.ts";
import { type Draft, found, type Sentence } from "./draft.ts";
import { type Finding, type Grounds, type GroundText, groundTexts } from "./gate.ts";
import { isDeferred, isNegated, isNotYet, words } from "./saying.ts";

const GUARANTEE = words(
  "guarant\\p{L}+|warrant(?:y|ies|ied)|i promise|we promise|(?:our|my) (?:promise|word (?:on|of))|i swear|risk[- ]free|no risk|(?:100|hundred) ?% (?:sure|safe|certain|secure)|for sure|certainly will|rest assured|lifetime",
  "garant[ií]\\p{L}+|garantizad\\p{L}+|te (?:lo )?prometo|le prometo|prometemos|sin (?:ningún )?riesgo|de por vida|prometo|sem risco|vitalíci[ao]",
  "garantie\\p{L}*|gewährleistung|garantier\\p{L}*|versprech\\p{L}*|versproch\\p{L}*|ohne risiko|risikofrei|lebenslang\\p{L}*|garanti(?:e|s|es|r)?|je vous promets|je te promets|nous promettons|promis|sans risque|à vie",
  "गारंटी|गारन्टी|वारंटी|वादा|guarantee|waada|pakka promise|ضمان|ضمانة|نضمن|أضمن|مضمون|مضمونة|أعدك|نعدك|مدى الحياة|بدون مخاطر",
);

/**
 * Guarantees, warranties and promises. A fact or CTA must speak of one too, and what the sentence says
 * in numbers ("10 years") must stand in the same fact.
 */
export function guaranteeGate(draft: Draft, grounds: Grounds): Finding[] {
  const stated = groundTexts(grounds)
    .map(readGround)
    .filter(({ isGuarantee }) => isGuarantee);
  return draft.sentences.flatMap((sentence) => {
    if (isDeferred(sentence)) return [];
    const said = [...sentence.text.matchAll(GUARANTEE)].filter(
      ({ 0: word, index }) =>
        !isNegated(sentence, index, index + word.length) && !isLoose(word, sentence, index),
    );
    const [first] = said;
    if (!first || stated.some((ground) => supports(ground, first, sentence))) return [];
    const place = {
      startsAt: sentence.startsAt + first.index,
      endsAt: sentence.startsAt + first.index + first[0].length,
    };
    return [found(draft, place, "no fact promises this")];
  });
}

/** "Is there a warranty?" asks, "a lifetime customer" promises nothing that costs. */
function isLoose(word: string, sentence: Sentence, startsAt: number): boolean {
  return sentence.isQuestion && isNotYet(sentence, startsAt) && !/promise|swear/.test(word);
}

interface Guaranteed {
  isGuarantee: boolean;
  numbers: ReadonlySet<string>;
  isLifelong: boolean;
}

const LIFELONG = /lifetime|de por vida|vitalíci|lebenslang|à vie|مدى الحياة/u;
const PROMISE =
  /promise|word (?:on|of)|swear|promet|versp|promis|वादा|waada|أعدك|نعدك|risk|riesgo|risco|risiko|risque|مخاطر|%|sure|assured/u;

/** "We guarantee that …" is a promise of whatever follows, beside what a warranty covers. */
const THAT_CLAUSE =
  /^(?:guarantees? (?:that|you )|garant[ií]\p{L}+ que |garantier\p{L}+(?: \p{L}+)?,? dass|نضمن|أضمن)/u;

const readGround = remembered(
  ({ text }: GroundText) => text,
  ({ text }: GroundText): Guaranteed => {
    const plain = readable(text).text;
    return {
      isGuarantee: plain.match(GUARANTEE) !== null,
      numbers: new Set(plain.match(/\d+(?:[.,]\d+)*/gu)),
      isLifelong: LIFELONG.test(plain),
    };
  },
);

function supports(
  ground: Guaranteed,
  { 0: word, index }: { 0: string; index: number },
  { text }: Sentence,
): boolean {
  // To give one's word is nobody's fact.
  if (PROMISE.test(word) || THAT_CLAUSE.test(text.slice(index))) return false;
  if (LIFELONG.test(text) && !ground.isLifelong) return false;
  const numbers = text.match(/\d+(?:[.,]\d+)*/gu) ?? [];
  return numbers.every((number) => ground.numbers.has(number));
}
