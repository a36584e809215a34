import {
  compoundLanguages,
  englishWords,
  type NumberWord,
  numberWords,
} from "./number-vocabulary.ts";
import { type PlainText, replaceSpans } from "./plain-text.ts";

/** Joins the parts of one number: "forty and five", "cuarenta y cinco". */
const CONNECTORS = new Set(["and", "y", "e", "et", "und"]);

const WORDS = numberWords();
const compounds = compoundLanguages.map((atoms) => {
  const listed = [...atoms.keys()].sort((one, other) => other.length - one.length).join("|");
  return { whole: new RegExp(`^(?:${listed})+$`, "u"), part: new RegExp(listed, "gu"), atoms };
});

/** Followed by one of these, even a doubtful word is a number: "once euros" is Spanish for 11. */
const COUNTED =
  /^[ -](?:per ?cent|prozent|por ?ciento|por cento|pour ?cent|प्रतिशत|euros?|dollars?|d[oó]lar(?:es)?|pesos?|reais|pounds?|rupees?|rupias?|francs?|soles|euro|रुपये|रुपए|डॉलर|यूरो|يورو|دولار|درهم|ريال)(?!\p{L})/u;
/** Never the last digit of a number. */
const LOOSE = new Set(["a", "an", "do", "das", "dus", "half", "char"]);
const CLOCK_BEFORE = /(?:a las?|las|às|alle|um|à|at) $/u;

interface Word {
  written: string;
  parts: readonly NumberWord[];
  isConnector: boolean;
  isEnglish: boolean;
  startsAt: number;
  endsAt: number;
}

/** Numbers written out are written in digits: "fifteen hundred" is 1500. For lower-case text. */
export function digitsForWords(plain: PlainText): PlainText {
  return replaceSpans(plain, numberRuns(plain.text));
}

const NO_WORD = asWord("", 0);

/** "1.2 lakh" and "por ciento" are read as they stand. */
function isOfNumber(text: string, written: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - 6), index);
  if (/^(?:cents?|cento|ciento)$/.test(written) && /(?:p[eo]r|pour)[ -]$/.test(before)) return true;
  return /[\d.][ -]?$/.test(before) && (WORDS.get(written)?.value ?? 0) >= 100;
}

interface NumberRun {
  /** In digits. */
  text: string;
  startsAt: number;
  endsAt: number;
}

function numberRuns(text: string): NumberRun[] {
  return groupedWords(text).flatMap((words) => readRun(text, words) ?? []);
}

/** Words for numbers that stand side by side, with what joins them. */
function groupedWords(text: string): Word[][] {
  const groups: Word[][] = [[]];
  for (const { 0: written, index } of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const word = isOfNumber(text, written, index) ? NO_WORD : asWord(written, index);
    const group = groups.at(-1) ?? [];
    if (continues(text, group, word)) group.push(word);
    else groups.push(word.parts.length > 0 ? [word] : []);
  }
  return groups;
}

function continues(text: string, group: readonly Word[], word: Word): boolean {
  const previous = group.at(-1);
  if (word.parts.length === 0 && !(word.isConnector && previous)) return false;
  return joins(text, previous, word);
}

function joins(text: string, previous: Word | undefined, word: Word): boolean {
  if (!previous) return true;
  // "Fifty cents" is half a dollar, "cinq cents" is 500.
  if (/^cents?$/.test(word.written) && previous.isEnglish) return false;
  return /^[ -]$/.test(text.slice(previous.endsAt, word.startsAt));
}

function asWord(written: string, startsAt: number): Word {
  const place = { startsAt, endsAt: startsAt + written.length };
  return {
    written,
    ...place,
    parts: partsOf(written),
    isConnector: CONNECTORS.has(written),
    isEnglish: englishWords.has(written),
  };
}

function partsOf(written: string): readonly NumberWord[] {
  const known = WORDS.get(written);
  if (known) return [known];
  // Arabic joins small words to the next: "ألف وخمسمئة", "بألفين".
  const joined = /^[وبلف]/.test(written) ? WORDS.get(written.slice(1)) : undefined;
  if (joined) return [joined];
  if (written.length < 6) return [];
  const found = compounds.find(({ whole }) => whole.test(written));
  if (!found) return [];
  return (written.match(found.part) ?? []).map((part) => ({
    value: found.atoms.get(part) ?? 0,
    isDoubtful: false,
  }));
}

function readRun(text: string, words: readonly Word[]): NumberRun | null {
  const kept = withoutTail(withoutHead(words));
  const first = kept[0];
  const last = kept.at(-1);
  if (!first || !last) return null;
  const parts = kept.flatMap((word) => word.parts);
  if (parts.every(({ isDoubtful }) => isDoubtful)) {
    const isCounted = COUNTED.test(text.slice(last.endsAt, last.endsAt + 24));
    const isClock = CLOCK_BEFORE.test(text.slice(Math.max(0, first.startsAt - 8), first.startsAt));
    if (!isCounted && !isClock) return null;
  }
  return { text: amountOf(parts), startsAt: first.startsAt, endsAt: last.endsAt };
}

/** "I can do fifty" is fifty, "do hazaar" is two thousand: a doubtful word needs a scale behind it. */
function withoutHead(words: readonly Word[]): readonly Word[] {
  const [first, second] = words;
  if (!first || !second) return words;
  const scale = second.parts[0]?.value ?? 0;
  if (first.isConnector) return withoutHead(words.slice(1));
  if (!first.parts[0]?.isDoubtful || scale >= 100) return words;
  return words.slice(1).some(({ parts }) => parts.some((part) => !part.isDoubtful))
    ? withoutHead(words.slice(1))
    : words;
}

/** "Fifty a month", "fifty and": the last word belongs to what follows; "thirty one" is one number. */
function withoutTail(words: readonly Word[]): readonly Word[] {
  const last = words.at(-1);
  const before = words.at(-2);
  if (!last || !before) return words;
  const [part] = last.parts;
  const isUnit = part !== undefined && part.value < 10 && !LOOSE.has(last.written);
  const belongs = !part?.isDoubtful || part.value >= 100 || (isUnit && isTens(before, words));
  return part && belongs ? words : withoutTail(words.slice(0, -1));
}

function isTens(before: Word, words: readonly Word[]): boolean {
  const counted = before.isConnector ? words.at(-3) : before;
  return (counted?.parts.at(-1)?.value ?? 0) >= 10;
}

function amountOf(parts: readonly NumberWord[]): string {
  let total = 0;
  let group = 0;
  for (const { value } of parts) {
    if (value >= 1_000) {
      total += (group || 1) * value;
      group = 0;
    } else if (value === 100) {
      group = (group || 1) * 100;
    } else {
      // Quatre-vingt is four twenties.
      group += value === 20 && group % 100 === 4 ? 76 : value;
    }
  }
  return String(Math.round((total + group) * 100) / 100);
}
