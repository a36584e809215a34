import { readable } from "../amounts.ts";
import { remembered } from "../remembered.ts";
import { type Draft, found, type Sentence } from "./draft.ts";
import { type Finding, type Grounds, type GroundText, groundTexts } from "./gate.ts";
import { detectLanguage } from "./language.ts";
import { type Offer, offerWords } from "./offers.ts";
import { isDeferred, isNegated } from "./saying.ts";

interface GroundOffers {
  offers: ReadonlySet<Offer>;
  /** What the texts that name an offer are about. */
  stems: ReadonlySet<string>;
  isEnglish: boolean;
}

/**
 * What costs less by word alone: "free", "half price", "two for one", "3x cheaper", "a special
 * discount", "money back". Some fact or CTA must say the same; "free" must be said there of the same
 * thing, as far as both are in one language. To deny it or to have it asked for grants nothing.
 */
export function discountGate(draft: Draft, grounds: Grounds): Finding[] {
  const written = groundTexts(grounds);
  const stated = written.map(readGround).filter(({ offers }) => offers.size > 0);
  const ownLanguage = languageOf(written.map(({ text }) => text).join("\n")).language;
  const isOwn = ownLanguage !== null && languageOf(draft.text).language === ownLanguage;
  return draft.sentences.flatMap((sentence) =>
    offersIn(sentence).flatMap(({ offer, said, index }) => {
      const isSaid = { offer, sentence, isOwn, isEnglish: ENGLISH_FREE.test(said) };
      if (stated.some((ground) => supports(ground, isSaid))) return [];
      const startsAt = sentence.startsAt + index;
      const place = { startsAt, endsAt: startsAt + said.length };
      return [found(draft, place, `no fact offers this (${offer})`)];
    }),
  );
}

interface OfferPlace {
  offer: Offer;
  said: string;
  index: number;
}

/** The offers a sentence makes; where two kinds of words overlap, the more exact one. */
function offersIn(sentence: Sentence): readonly OfferPlace[] {
  const places = offerWords.flatMap(({ offer, pattern, mayBeMentioned }) =>
    [...sentence.text.matchAll(pattern)].map(({ 0: said, index }) => ({
      ...{ offer, said, index, endsAt: index + said.length },
      isLoose: mayBeMentioned && isDeferred(sentence),
    })),
  );
  return places.filter(({ offer, index, endsAt, isLoose }, order) => {
    const earlier = places.slice(0, order);
    if (earlier.some((other) => index < other.endsAt && endsAt > other.index)) return false;
    if (isLoose || isNegated(sentence, index, endsAt)) return false;
    return offer !== "free" || !isAboutTime(sentence);
  });
}

/** "3 pm is free" is about the diary. */
function isAboutTime({ text }: Sentence): boolean {
  return (
    /\d ?(?:am|pm)(?!\p{L})|\d[:h]\d\d|o'clock|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|slot/u.test(
      text,
    ) && !/free of charge|for free/.test(text)
  );
}

const readGround = remembered(
  ({ text }: GroundText) => text,
  ({ text }: GroundText): GroundOffers => {
    const plain = readable(text).text;
    const offers = offerWords.flatMap(({ offer, pattern }) =>
      plain.match(pattern) ? [offer] : [],
    );
    return {
      offers: new Set(offers),
      stems: stemsOf(plain),
      isEnglish: ENGLISH_FREE.test(plain),
    };
  },
);

const languageOf = remembered(
  (text: string) => text,
  (text: string) => ({ language: detectLanguage(text)?.language ?? null }),
);
const ENGLISH_FREE = /free|charge|cost|complimentary|house|waive|gift/;

interface SaidOffer {
  offer: Offer;
  sentence: Sentence;
  /** In the language of the facts; in others words cannot be compared. */
  isOwn: boolean;
  isEnglish: boolean;
}

function supports(ground: GroundOffers, { offer, sentence, isOwn, isEnglish }: SaidOffer): boolean {
  if (!ground.offers.has(offer)) return false;
  const isComparable = isOwn || (isEnglish && ground.isEnglish);
  if ((offer !== "free" && offer !== "discount") || !isComparable) return true;
  // How much of one is the amount gate's to compare.
  if (offer === "discount" && PERCENT.test(sentence.text)) return true;
  const stems = stemsOf(sentence.text);
  return stems.size === 0 || [...stems].some((stem) => ground.stems.has(stem));
}

const PERCENT = /\d ?%/;

const COMMON =
  /^(?:free|with|your|you|the|and|for|this|that|have|will|from|also|only|just|offer|price|cost|charges?$|total|about|first|come|comes|included|gratis|kosten|para|pour|nous|wir|unser|discount|desc|rabatt|remise|special|today|heute|every|everything|completely|entirely|absolutely|obligation|without|would|like)/;

/** The beginnings of words that say what a sentence is about. */
function stemsOf(plain: string): ReadonlySet<string> {
  const long = plain.match(/[\p{L}\p{M}]{4,}/gu) ?? [];
  return new Set(long.filter((word) => !COMMON.test(word)).map((word) => word.slice(0, 5)));
}
