import { words } from "./saying.ts";

/** A way to say that something costs less, without an amount. */
export type Offer = "free" | "half" | "two_for_one" | "times_cheaper" | "discount" | "refund";

interface OfferWords {
  offer: Offer;
  pattern: RegExp;
  /** A plain mention grants nothing: "I will ask about a discount". */
  mayBeMentioned: boolean;
}

const free = [
  "(?<!feel |feels |you are |you're |are you |when you are |i am |i'm |-)free(?! (?:to|time|slots?|spots?|on|at|this|next|tomorrow|today|from|between|after|before|evening|morning|afternoon|for a (?:call|chat|visit)|moment|minute))",
  "at no (?:extra |additional )?(?:cost|charge)|no charge|without (?:charge|cost)|on the house|complimentary|zero cost|costs? (?:you )?nothing|we(?:'ll| will)? waive\\p{L}*|waived|gift|freebie",
  "gratis|gratuit[oae]s?|gratuitamente|sin (?:ningún )?costo|sin coste|sin cargo|de regalo|regalad[oa]s?|te regalamos|de graça|grátis|sem custo|por nossa conta|brinde|de cortesía|cortesia",
  "kostenlos\\p{L}*|kostenfrei\\p{L}*|gratis|umsonst|unentgeltlich\\p{L}*|geschenkt|ohne (?:kosten|aufpreis)|geht aufs haus|schenken wir",
  "gratuit(?:e|s|es|ement)?|offert(?:e|s|es)?|sans frais|cadeau|omaggio",
  "मुफ़्त|मुफ्त|निःशुल्क|फ्री|muft|bilkul free|مجانا|مجاني|مجانية|بالمجان|مجانًا|بدون مقابل|بلا مقابل|هدية|دون رسوم|बिना किसी शुल्क",
];

const half = [
  "half(?:[- ]| the | of the | off the )?(?:price|cost|rate|off|fee)|half as much|(?:0?\\.5|50 ?%) of the price|50[- ]50",
  "(?:a )?mitad de(?:l)? (?:precio|costo|coste)|a mitad|la mitad|medio precio|metade do preço|pela metade|meio preço",
  "(?:zum )?halb(?:en|er|e) preis|die hälfte|halber preis|(?:à )?moitié prix|la moitié|demi-tarif|metà prezzo",
  "आधे दाम|आधी कीमत|आधा दाम|आधे रेट|aadhe daam|aadhi keemat|نصف السعر|بنصف|نصف الثمن",
];

const twoForOne = [
  "(?:2|two) for (?:1|one|the price of (?:1|one))|buy (?:1|one),? (?:and )?get (?:1|one)|bogo|(?:2|3|4)x(?:1|2|3)|(?:3|three) for (?:2|two)",
  "dos por uno|2 por 1|3 por 2|dois por um|leve \\d pague \\d|pague \\d leve \\d|lleva \\d y paga \\d",
  "zwei (?:für|zum preis von) eine?[ns]?|2 (?:für|zum preis von) 1|deux pour (?:le prix d'un|un)|2 pour (?:le prix d'1|1|le prix d'un)|due al prezzo di uno|un acheté,? un offert|1 acheté,? 1 offert",
  "एक के साथ एक|1 के साथ 1|ek ke saath ek|اثنان بسعر واحد|اثنين بسعر واحد|2 بسعر 1|2 بسعر واحد|اشتر واحد\\p{L}* واحصل",
];

const timesCheaper = [
  "(?:\\d+(?:[.,]\\d+)?) ?(?:x|times|-?fold) (?:cheaper|less|lower)|twice as cheap|(?:double|triple|twice) the (?:value|discount)|a (?:third|quarter|fifth|tenth) of the (?:price|cost)|one[- ](?:third|quarter) off|(?:a )?(?:third|quarter) off|\\d/\\d (?:off|of the price)",
  "\\d+ veces más barat[oa]s?|\\d+ vezes mais barat[oa]s?|un tercio del precio|um terço do preço",
  "\\d+-?(?: ?mal|fach) (?:billiger|günstiger)|ein drittel des preises|\\d+ fois moins cher|un tiers du prix|\\d+ volte meno",
  "\\d+ गुना सस्ता|\\d+ guna sasta|أرخص ب?\\d+ مرات|أرخص \\d+|ثلث السعر|ربع السعر",
];

const discount = [
  "discounts?|discounted|rebates?|cashback|cash back|price (?:drop|cut|reduction)|reduced (?:price|rate)|special (?:price|rate|deal|offer)|best price|cheaper|lower price|promo(?:tion|tional)?(?: price)?|voucher|coupon|on sale|knock\\p{L}* (?:something |a bit |a little )?off|deal for you|mate'?s rates",
  "descuentos?|rebaj\\p{L}+|oferta especial|precio especial|más barat[oa]|promoci[oó]n|cup[oó]n|descontos?|preço especial|mais barat[oa]|promoção|cupom|oferta exclusiva",
  "rabatte?|rabatts|nachlass|preisnachlass|skonto|sonderpreis\\p{L}*|sonderangebot\\p{L}*|ermäßig\\p{L}*|günstiger|billiger|gutschein\\p{L}*|vergünstig\\p{L}*",
  "remises?|réductions?|rabais|promo(?:tion)?s?|prix spécial|tarif spécial|prix réduit|moins cher|bon d'achat|sconti?|scontat[oa]|prezzo speciale",
  "छूट|डिस्काउंट|ऑफर|रियायत|सस्ता|सस्ते में|discount|chhoot|chhut|sasta|خصم|خصما|خصومات|تخفيض\\p{L}*|عرض خاص|سعر خاص|أرخص|حسم",
];

const refund = [
  "refund\\p{L}*|money[- ]back|(?:your )?money back|full refund|reembols\\p{L}*|devoluci[oó]n del dinero|te devolvemos|devolvemos (?:tu|el|o seu|seu) dinero|dinheiro de volta|devolvemos o dinheiro",
  "rückerstatt\\p{L}*|geld[- ]zurück\\p{L}*|erstatt\\p{L}* (?:wir|das geld)|rembours\\p{L}*|rimbors\\p{L}*|रिफंड|पैसे वापस|पैसा वापस|paise vapas|paisa wapas|استرداد|استرجاع|نعيد (?:لك )?(?:المال|المبلغ|نقودك)",
];

/** The more exact ones first: what they match is not looked at again. */
export const offerWords: readonly OfferWords[] = [
  { offer: "two_for_one", pattern: words(...twoForOne), mayBeMentioned: false },
  { offer: "half", pattern: words(...half), mayBeMentioned: false },
  { offer: "times_cheaper", pattern: words(...timesCheaper), mayBeMentioned: false },
  { offer: "free", pattern: words(...free), mayBeMentioned: true },
  { offer: "refund", pattern: words(...refund), mayBeMentioned: true },
  { offer: "discount", pattern: words(...discount), mayBeMentioned: true },
];
