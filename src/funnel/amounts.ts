import { currencyCodes, currencyPattern, markCodes } from "./currencies.ts";
import { numeralPattern, numeralValue, plainNumerals, scaled } from "./numerals.ts";

/** An amount of money or a percentage as a text states it. */
export interface Amount {
  kind: "money" | "percent";
  /** As written, in lower case and plain digits. */
  text: string;
  /** Plain decimal string. */
  value: string;
  /** ISO codes it may be in; empty when the text does not say. */
  currencies: readonly string[];
}

interface Token {
  kind: Amount["kind"] | "number";
  text: string;
  value: string;
  exponent: number;
  currencies: readonly string[];
  startsAt: number;
  endsAt: number;
}

const multipliers: readonly { pattern: string; exponent: number }[] = [
  {
    pattern: "k|mil|mille|mila|thousand|tausend|tsd\\.?|हज़ार|हजार|ألف|الف|آلاف|тыс\\.?|rb|ribu",
    exponent: 3,
  },
  { pattern: "万|萬|만", exponent: 4 },
  { pattern: "lakhs?|lacs?|लाख", exponent: 5 },
  {
    pattern:
      "millions?|mill[oó]n(?:es)?|milh(?:ão|ões)|millionen|milion[ei]|mio\\.?|mn|juta|मिलियन|مليون|млн\\.?",
    exponent: 6,
  },
  { pattern: "crores?|करोड़", exponent: 7 },
];
/** Only a multiplier when glued to the number of an amount: "€5m" is money, "5 m" is a length. */
const GLUED_MILLION = "m";

const percentWords =
  "percent|per cent|pct|prozent|pour ?cent|por ?ciento|por cento|per cento|procent|प्रतिशत|फीसदी|بالمئة|بالمائة|في المئة|في المائة|процент\\p{L}*";
const PERCENT = new RegExp(`^(?:%|${percentWords})$`, "u");
const noLetterNext = "(?![\\p{L}\\p{M}\\d])";
const multiplierPattern = `(?:\\s?(?:${multipliers.map(({ pattern }) => pattern).join("|")})${noLetterNext}|[万萬만]|${GLUED_MILLION}${noLetterNext})`;

const TOKEN = new RegExp(
  `(?:(?<before>${currencyPattern}|%)\\s{0,2})?` +
    `(?<number>${numeralPattern})(?<multiplier>${multiplierPattern})?` +
    `(?:\\s{0,2}(?<percent>%|(?:${percentWords})${noLetterNext})|[ -]{0,2}(?<after>${currencyPattern})(?!\\d))?`,
  "gu",
);

/** Links are checked as a whole elsewhere; their digits and "%20" are no claims. */
const LINK = /(?:https?:\/\/|www\.)\S+/giu;

/** Every amount and percentage in a text, in order. */
export function readAmounts(text: string): readonly Amount[] {
  const { plain, tokens } = readTokens(text);
  return spreadOverRanges(plain, tokens)
    .map((token) => (isPricedBare(plain, token) ? { ...token, kind: "money" as const } : token))
    .flatMap((token) => (token.kind === "number" ? [] : [asAmount(token, token.kind)]));
}

/** Every number in a text as an amount in an unknown currency: for a price written without one. */
export function readBareNumbers(text: string): readonly Amount[] {
  return readTokens(text).tokens.map((token) => asAmount(token, "money"));
}

function asAmount({ text, value, currencies }: Token, kind: Amount["kind"]): Amount {
  return { kind, text, value, currencies };
}

function readTokens(text: string): { plain: string; tokens: Token[] } {
  const plain = markCodes(plainNumerals(text.replace(LINK, " ")));
  return { plain, tokens: [...plain.matchAll(TOKEN)].map(asToken) };
}

function asToken(match: RegExpExecArray): Token {
  const { before, number = "", multiplier = "", percent, after } = match.groups ?? {};
  const currency = before ?? after;
  const word = multiplier.trim();
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

const DASH = /^[-–—]$/;
const DASH_OR_TO = /^(?:[-–—]|\s(?:to|a|bis|à|al|até|से|إلى|до)\s)$/;

/** In "500–700 €" and "€500-700" both ends are money; in "4-5k" both are thousands. */
function spreadOverRanges(plain: string, tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token, index) => {
    if (token.kind !== "number") return token;
    const previous = tokens[index - 1];
    const next = tokens[index + 1];
    if (next && DASH_OR_TO.test(plain.slice(token.endsAt, next.startsAt))) return like(token, next);
    if (previous && DASH.test(plain.slice(previous.endsAt, token.startsAt))) {
      return like(token, previous);
    }
    return token;
  });
}

function like(token: Token, model: Token): Token {
  const { kind, currencies, exponent } = model;
  return { ...token, kind, currencies, value: scaled(token.value, exponent) };
}

const CUE = `(?:prices?|costs?|costing|pay|fee|deposit|total|charge|precio|cuestan?|vale|costo|coste|preço|custam?|preis|kostet|kosten|prix|co[uû]te|prezzo|costano?|costa|कीमत|दाम|السعر|سعره?|цена|стоит|fiyatı?)`;
const LINK_WORD = `(?:is|are|was|at|of|from|only|just|about|around|roughly|be|will|would|starts?|starting|you|it|es|de|desde|sólo|solo|unos|é|apenas|ist|ab|nur|ca\\.?|beträgt|est|dès|seulement|environ|è|da|circa|है|هو|от|всего)`;
const CUE_BEFORE = new RegExp(`(?<!\\p{L})${CUE}(?:\\s+${LINK_WORD})*\\s*[:=≈~]?\\s*$`, "u");
/** What may follow a price; a noun may not ("costs 3 visits", "price is fixed for 30 days"). */
const PRICE_ENDS =
  /^\s*(?:$|[^\s\p{L}\p{N}]|\n|(?:per|for|each|all|in|and|or|plus|incl\w*|with|but|por|para|pro|für|pour|par|y|und|et|e)(?!\p{L}))/u;

const THOUSANDS = /^\d{1,3}(?:[.,' ]\d{3})+$/;
const PER_PERIOD =
  /^\s?(?:\/|per|a|an|al|por|pro|par|im|au)\s?(?:month|year|week|mes|mês|año|ano|semana|monat|jahr|woche|mois|an|mese|anno)(?!\p{L})/u;

/**
 * A number without a currency that is still a price: "it costs 4500 for everything", "it's 4,500",
 * "99 a month". A plain "4521" is not, it may as well be a street number.
 */
function isPricedBare(plain: string, token: Token): boolean {
  if (token.kind !== "number") return false;
  const after = plain.slice(token.endsAt);
  if (PER_PERIOD.test(after)) return true;
  const before = plain.slice(Math.max(0, token.startsAt - 60), token.startsAt);
  return PRICE_ENDS.test(after) && (THOUSANDS.test(token.text) || CUE_BEFORE.test(before));
}
