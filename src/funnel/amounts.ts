import { isPricedBare } from "./bare-prices.ts";
import { type Bound, boundAt } from "./bounds.ts";
import { currencyCodes, currencyPattern, markCodes } from "./currencies.ts";
import { seeThrough } from "./lookalikes.ts";
import { digitsForWords } from "./number-words.ts";
import { numeralPattern, numeralValue, scaled } from "./numerals.ts";
import { type Period, periodAt, periodsIn } from "./periods.ts";
import { originalSpan, type PlainText, plainText, replaceIn, type Span } from "./plain-text.ts";
import { remembered } from "./remembered.ts";

/** An amount of money or a percentage as a text states it. */
export interface Amount {
  kind: "money" | "percent";
  /** As written, in lower case and plain digits. */
  text: string;
  /** Plain decimal string. */
  value: string;
  /** ISO codes it may be in; empty when the text does not say. */
  currencies: readonly string[];
  /** What it is paid for again and again, where that stands beside it. */
  period: Period | null;
  /** Whether it is the least, the most, or one end of a range. */
  bound: Bound | null;
  /** In the text as it was given. */
  span: Span;
  /** Neither a currency nor a word for a price goes with it: "1.5k". */
  isBare: boolean;
}

interface Token {
  kind: Amount["kind"] | "number";
  text: string;
  value: string;
  exponent: number;
  currencies: readonly string[];
  startsAt: number;
  endsAt: number;
  isRange: boolean;
  isBare: boolean;
}

const multipliers: readonly { pattern: string; exponent: number }[] = [
  { pattern: "hundred|hundert|सौ|sau", exponent: 2 },
  {
    pattern:
      "k|mil|mille|mila|thousand|grand|tausend|tsd\\.?|हज़ार|हजार|hazaar|hazar|ألف|الف|آلاف|تألف|тыс\\.?|rb|ribu",
    exponent: 3,
  },
  { pattern: "万|萬|만", exponent: 4 },
  { pattern: "lakhs?|lacs?|लाख", exponent: 5 },
  {
    pattern:
      "millions?|mill[oó]n(?:es)?|milh(?:ão|ões)|millionen|milion[ei]|mio\\.?|mn|juta|मिलियन|مليون|млн\\.?",
    exponent: 6,
  },
  { pattern: "crores?|cr|करोड़", exponent: 7 },
];
/** Only a multiplier when glued to the number of an amount: "€5m" is money, "5 m" is a length. */
const GLUED_MILLION = "m";

const percentWords =
  "percent|per ?cents?|per-cent|pct|prozent|pour ?cent|por ?ciento|por ?cento|per ?cento|procent|percentage points?|प्रतिशत|फीसदी|फ़ीसदी|pratishat|بالمئة|بالمائة|في المئة|في المائة|процент\\p{L}*";
const PERCENT = new RegExp(`^(?:[%‰]|${percentWords})$`, "u");
const noLetterNext = "(?![\\p{L}\\p{M}\\d])";
const multiplierPattern = `(?:[\\s-]?(?:${multipliers.map(({ pattern }) => pattern).join("|")})${noLetterNext}|[万萬만]|${GLUED_MILLION}${noLetterNext})`;
const NATION = "(?:us|u\\.s\\.|american|canadian|australian|singapore|mexican|whole)\\s";
/** Between a number and its currency; whatever else stands there, the eye jumps over it. */
const GAP = "[\\s\\p{Extended_Pictographic}\\u{1f3fb}-\\u{1f3ff}]{0,4}";

const TOKEN = new RegExp(
  `(?:(?<before>${currencyPattern}|%)(?:\\s?[:=≈~]|\\s(?:of|is|is:|de|von))?${GAP}\\(?)?` +
    `(?<number>${numeralPattern})(?<multiplier>${multiplierPattern})?` +
    `(?:[ -]{0,2}(?<percent>[%‰]|(?:${percentWords})${noLetterNext})|(?:[.,][-–—]{1,2})?${GAP}-?\\(?(?:${NATION})?(?<after>${currencyPattern})(?!\\d))?`,
  "gu",
);

/** Links are checked as a whole elsewhere; their digits and "%20" are no claims. */
const LINK = /(?:https?:\/\/|www\.)\S+/giu;

/** Every amount and percentage in a text, in order. */
export function readAmounts(text: string): readonly Amount[] {
  const { plain, tokens } = readTokens(text);
  return spreadOverRanges(plain.text, tokens)
    .map((token) => priced(plain.text, token))
    .flatMap((token) => (token.kind === "number" ? [] : [asAmount(plain, token, token.kind)]));
}

/** Every number in a text as an amount in an unknown currency: for a price written without one. */
export function readBareNumbers(text: string): readonly Amount[] {
  const { plain, tokens } = readTokens(text);
  return spreadOverRanges(plain.text, tokens).map((token) => asAmount(plain, token, "money"));
}

/** The periods that a text names anywhere: "Monthly plan", "per year". */
export function periodsNamed(text: string): ReadonlySet<Period> {
  return periodsIn(readable(text).text);
}

/** Text as numbers are read from: plain, in lower case, words for numbers as digits. */
export const readable = remembered(
  (text: string) => text,
  (text: string): PlainText => {
    const plain = replaceIn(plainText(text), LINK, () => " ");
    return digitsForWords(seeThrough(markCodes(plain)));
  },
);

function asAmount(plain: PlainText, token: Token, kind: Amount["kind"]): Amount {
  const { text, value, currencies, isRange, isBare } = token;
  return {
    ...{ kind, text, value, currencies, isBare },
    period: periodAt(plain.text, token),
    bound: isRange ? "range" : boundAt(plain.text, token),
    span: originalSpan(plain, token),
  };
}

function readTokens(text: string): { plain: PlainText; tokens: Token[] } {
  const plain = readable(text);
  return { plain, tokens: [...plain.text.matchAll(TOKEN)].map(asToken) };
}

function asToken(match: RegExpExecArray): Token {
  const { before, number = "", multiplier = "", percent, after } = match.groups ?? {};
  const currency = before ?? after;
  const word = multiplier.replace(/^[\s-]/, "");
  const kind = kindOf(percent ?? before, currency, word);
  const exponent = word === GLUED_MILLION && kind !== "money" ? 0 : exponentOf(word);
  return {
    kind,
    text: match[0].replaceAll("¦", "").trim(),
    value: scaled(numeralValue(number), exponent),
    exponent,
    currencies: kind === "money" && currency !== undefined ? currencyCodes(currency) : [],
    startsAt: match.index,
    endsAt: match.index + match[0].length,
    isRange: false,
    isBare: currency === undefined && kind === "money",
  };
}

function kindOf(
  percent: string | undefined,
  currency: string | undefined,
  multiplier: string,
): Token["kind"] {
  if (percent !== undefined && PERCENT.test(percent)) return "percent";
  if (currency !== undefined) return "money";
  return multiplier === "" || multiplier === GLUED_MILLION ? "number" : "money";
}

function exponentOf(word: string): number {
  if (word === GLUED_MILLION) return 6;
  const found = multipliers.find(({ pattern }) => new RegExp(`^(?:${pattern})$`, "u").test(word));
  return found?.exponent ?? 0;
}

/** A price without a currency is money; a thousand of something else is none. */
function priced(plain: string, token: Token): Token {
  if (token.kind === "number" && isPricedBare(plain, token)) return { ...token, kind: "money" };
  if (token.isBare && COUNTS_THINGS.test(plain.slice(token.endsAt))) {
    return { ...token, kind: "number" };
  }
  return token;
}

const COUNTS_THINGS =
  /^\s?(?:kwh|kw|watts?|w|km|kms|miles?|kilomet\p{L}*|m2|m²|sq|square|litres?|liters?|hours?|steps?|people|persons?|customers?|clients?|clientes?|families|familias|homes?|users?|followers?|guests?|students?|members?|reviews?|words?|characters?|personas|pessoas|kunden|menschen|personnes|resolution|लोग|ग्राहक|عميل|شخص)(?![\p{L}\p{M}])/u;

const DASH = /^\s?[-–—~]\s?$/;
const DASH_OR_TO = /^(?:\s?[-–—~]\s?|\s(?:to|till|a|bis|à|al|até|से|إلى|الى|до)\s)$/;
const AND = /^\s(?:and|y|e|und|et|और|و)\s$/;
const BETWEEN = /(?:between|entre|zwischen|tra|बीच|بين)\s\S{0,3}$/;

function isJoined(plain: string, left: Token, right: Token): boolean {
  const between = plain.slice(left.endsAt, right.startsAt);
  if (DASH_OR_TO.test(between)) return true;
  const before = plain.slice(Math.max(0, left.startsAt - 14), left.startsAt);
  return AND.test(between) && BETWEEN.test(before);
}

/** In "500–700 €" and "€500-700" both ends are money; in "4-5k" both are thousands. */
function spreadOverRanges(plain: string, tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token, index) => {
    const previous = tokens[index - 1];
    const next = tokens[index + 1];
    if (next && isJoined(plain, token, next)) return spread(token, next);
    if (!previous || !isJoined(plain, previous, token)) return token;
    const isGlued = DASH.test(plain.slice(previous.endsAt, token.startsAt));
    return isGlued ? spread(token, previous) : { ...token, isRange: true };
  });
}

function spread(token: Token, model: Token): Token {
  if (token.kind !== "number") return { ...token, isRange: true };
  const { kind, currencies, exponent } = model;
  return { ...token, kind, currencies, value: scaled(token.value, exponent), isRange: true };
}
