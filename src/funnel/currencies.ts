/*
 * How money is written beside a number. A sign or word can mean several currencies ("$", "rupees"),
 * so each spelling stands for a set of ISO codes; two amounts agree when their sets overlap.
 * Spellings are regular expressions over lower-case text; ISO codes written in capitals are marked
 * with "¦" beforehand, because "try 2 panels" is no amount in lira.
 */
interface Spelling {
  pattern: string;
  codes: readonly string[];
}

const dollars = ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"];
const pesos = ["MXN", "COP", "CLP", "ARS", "UYU", "DOP", "PHP"];
const rupees = ["INR", "PKR", "LKR", "NPR"];

/** Need no word boundary: signs, and words of scripts written without spaces. */
const signs: readonly Spelling[] = [
  { pattern: "us\\$", codes: ["USD"] },
  { pattern: "(?:ca|c)\\$", codes: ["CAD"] },
  { pattern: "(?:au|a)\\$", codes: ["AUD"] },
  { pattern: "nz\\$", codes: ["NZD"] },
  { pattern: "hk\\$", codes: ["HKD"] },
  { pattern: "mx\\$", codes: ["MXN"] },
  { pattern: "r\\$", codes: ["BRL"] },
  { pattern: "s/\\.?(?=\\s?\\d)", codes: ["PEN"] },
  { pattern: "\\$", codes: [...dollars, ...pesos] },
  { pattern: "€", codes: ["EUR"] },
  { pattern: "£", codes: ["GBP", "EGP"] },
  { pattern: "₹|/-", codes: rupees },
  { pattern: "¥|円|元|块", codes: ["JPY", "CNY"] },
  { pattern: "₩|원", codes: ["KRW"] },
  { pattern: "₪", codes: ["ILS"] },
  { pattern: "₽", codes: ["RUB"] },
  { pattern: "₺", codes: ["TRY"] },
  { pattern: "₴", codes: ["UAH"] },
  { pattern: "₦", codes: ["NGN"] },
  { pattern: "฿", codes: ["THB"] },
  { pattern: "₫", codes: ["VND"] },
  { pattern: "₱", codes: ["PHP"] },
  { pattern: "\\p{Sc}", codes: [] },
];

const words: readonly Spelling[] = [
  {
    pattern: "dollars?|d[óo]lar(?:es)?|dollari|bucks?|डॉलर|доллар\\p{L}*|دولار\\p{L}*",
    codes: dollars,
  },
  { pattern: "pesos?", codes: pesos },
  { pattern: "euros?|यूरो|евро|يورو", codes: ["EUR"] },
  { pattern: "pounds?|quid|libras?|sterline|جنيه\\p{L}*", codes: ["GBP", "EGP"] },
  { pattern: "rs\\.?|rupees?|rupias?|रु\\.?|रुपये|रुपए|रुपया|रुपयों|روبية", codes: rupees },
  { pattern: "reais", codes: ["BRL"] },
  { pattern: "soles", codes: ["PEN"] },
  { pattern: "francs?|franken|franchi|fr\\.", codes: ["CHF", "XOF", "XAF"] },
  { pattern: "yen|yuan|rmb", codes: ["JPY", "CNY"] },
  { pattern: "dirhams?|dhs?|درهم\\p{L}*|دراهم|दिरहम", codes: ["AED", "MAD"] },
  { pattern: "riyals?|rials?|ريال\\p{L}*|रियाल", codes: ["SAR", "QAR", "OMR"] },
  { pattern: "dinars?|دينار\\p{L}*|دنانير", codes: ["KWD", "JOD", "BHD"] },
  { pattern: "kr|kronor|kroner|kronen", codes: ["SEK", "NOK", "DKK"] },
  { pattern: "zł|zloty|złotych", codes: ["PLN"] },
  { pattern: "kč", codes: ["CZK"] },
  { pattern: "liras?|tl", codes: ["TRY"] },
  { pattern: "руб\\p{L}*\\.?", codes: ["RUB"] },
  { pattern: "грн|гривен", codes: ["UAH"] },
  { pattern: "naira", codes: ["NGN"] },
  { pattern: "rands?", codes: ["ZAR"] },
  { pattern: "rupiah|rp\\.?", codes: ["IDR"] },
  { pattern: "ringgit|rm", codes: ["MYR"] },
  { pattern: "baht", codes: ["THB"] },
  { pattern: "cents?|cts?|centavos?|céntimos?|centimes?", codes: ["CENT"] },
];

const ISO_CODES =
  `USD EUR GBP INR BRL MXN COP CLP ARS PEN UYU DOP CAD AUD NZD SGD HKD CHF JPY CNY KRW SEK NOK
  DKK PLN CZK HUF RON BGN TRY RUB UAH ILS AED SAR QAR OMR KWD BHD JOD EGP MAD NGN KES GHS ZAR PKR LKR
  NPR BDT IDR MYR THB PHP VND XOF XAF USDT BTC`.split(/\s+/);
/** Written small as well, since they are no words. */
const SMALL_CODES = ["usd", "eur", "gbp", "inr", "brl", "mxn", "aed", "chf", "pkr", "ngn"];

const codePattern = `¦(?:${ISO_CODES.join("|").toLowerCase()})|${SMALL_CODES.join("|")}`;
const wordPattern = [codePattern, ...words.map(({ pattern }) => pattern)].join("|");

/** Source of a pattern that matches any way to write a currency, in text from `markCodes`. */
export const currencyPattern = `(?:${signs.map(({ pattern }) => pattern).join("|")}|(?<![\\p{L}\\p{M}])(?:${wordPattern})(?![\\p{L}\\p{M}]))`;

const CAPITAL_CODE = new RegExp(`(?<!\\p{L})(?:${ISO_CODES.join("|")})(?!\\p{L})`, "gu");
const spellings = [...signs, ...words].map(({ pattern, codes }) => ({
  whole: new RegExp(`^(?:${pattern})$`, "u"),
  codes,
}));

/** Lower-case text in which currency codes written in capitals carry a "¦". */
export function markCodes(text: string): string {
  return text.replace(CAPITAL_CODE, "¦$&").toLowerCase();
}

/** The currencies a spelling from `currencyPattern` can mean; a sign we do not know stands for itself. */
export function currencyCodes(spelling: string): readonly string[] {
  const code = spelling.replace("¦", "").toUpperCase();
  if (ISO_CODES.includes(code)) return [code];
  const known = spellings.find(({ whole }) => whole.test(spelling))?.codes ?? [];
  return known.length > 0 ? known : [spelling];
}
