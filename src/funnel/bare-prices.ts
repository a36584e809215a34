import { hasPeriodAfter } from "./periods.ts";

const CUE = `(?:prices?|costs?|costing|pay|fee|deposit|total|charge|charges|worth|save|precio|cuestan?|vale|costo|coste|pague|pagas?|preço|custam?|custa|sai por|preis|kostet|kosten|zahlen|prix|co[uû]te(?:nt)?|payez|prezzo|costano?|costa|कीमत|क़ीमत|दाम|السعر|سعره?|سعرها|تكلفته?|يكلف|цена|стоит|fiyatı?|keemat|daam)`;
const LINK_WORD = `(?:is|are|was|at|of|from|only|just|about|around|roughly|be|will|would|starts?|starting|you|it|es|de|desde|sólo|solo|unos|é|apenas|ist|ab|nur|ca\\.?|beträgt|est|dès|seulement|environ|è|da|circa|है|هو|هي|от|всего|por|for|now|hai|sirf)`;
const CUE_BEFORE = new RegExp(`(?<!\\p{L})${CUE}(?:\\s+${LINK_WORD})*\\s*[:=≈~]?\\s*$`, "u");
/** What may follow a price; a noun may not ("costs 3 visits", "price is fixed for 30 days"). */
const PRICE_ENDS =
  /^\s*(?:$|[^\s\p{L}\p{N}]|\n|(?:per|for|each|all|in|and|or|plus|incl\w*|with|but|por|para|pro|für|pour|par|y|und|et|e|off|less|cheaper|instead|total|today|menos|weniger|moins|है|hai|में|only|flat|cash|net|down|upfront|if|now|à vista|al contado|no pix|en efectivo|bar|comptant|فقط)(?!\p{L}))/u;

const THOUSANDS = /^\d{1,3}(?:[.,' ]\d{3})+$/;
/** In front of a number of some size that names nothing else, these make it a price. */
const LOOSE_CUE =
  /(?<![\p{L}\p{M}])(?:for|do|offer|it|it's|that's|say|only|just|now|to|at|than|of|is|be|por|en|solo|sólo|son|sería|für|nur|auf|um|pour|seulement|à|por apenas|fica|é|सिर्फ|केवल|बस|sirf|فقط|ب|مقابل|deal|ok|okay|done|agreed|fine|vale|trato|listo|de acuerdo|fechado|combinado|abgemacht|d'accord|ठीक|اتفقنا|تمام)[\s,:!.]*$/u;
const OFF =
  /^\s?(?:off|less|cheaper|discount|de descuento|de desconto|rabatt|weniger|günstiger|billiger|de remise|de réduction|de moins|की छूट|خصم)(?![\p{L}\p{M}])/u;
const CENTS = /^\d+[.,]\d{2}$/;

interface BareNumber {
  text: string;
  value: string;
  startsAt: number;
  endsAt: number;
}

/**
 * A number without a currency that is still a price: "it costs 4500 for everything", "it's 4,500",
 * "99 a month", "450 off". A plain "4521" is not, it may as well be a street number.
 */
export function isPricedBare(plain: string, token: BareNumber): boolean {
  const after = plain.slice(token.endsAt, token.endsAt + 40);
  if (hasPeriodAfter(after) && !/^\s?h/.test(after)) return true;
  if (OFF.test(after)) return true;
  const before = plain.slice(Math.max(0, token.startsAt - 60), token.startsAt);
  if (/[+#/@:\d]$/.test(before) || !PRICE_ENDS.test(after)) return false;
  if (THOUSANDS.test(token.text) || CUE_BEFORE.test(before)) return true;
  return isOfSize(token) && LOOSE_CUE.test(before);
}

function isOfSize({ text, value }: BareNumber): boolean {
  const isYear = /^(?:19|20)\d{2}$/.test(text);
  if (/^\d+$/.test(text)) return value.length >= 3 && value.length <= 6 && !isYear;
  // "10.30" is a time of the day as well.
  return CENTS.test(text) && !/^(?:[01]?\d|2[0-4])[.,][0-5]\d$/.test(text);
}
