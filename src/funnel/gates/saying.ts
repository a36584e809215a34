import type { Sentence } from "./draft.ts";

/** Source of a pattern for whole words, in plain lower-case text of any script. */
export function words(...sources: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{M}\\d])(?:${sources.join("|")})(?![\\p{L}\\p{M}])`, "gu");
}

/** A colleague is to be asked: "I will check whether there is a discount" grants nothing. */
const DEFERRED = new RegExp(
  [
    "(?<!\\p{L})(?:ask|asking|asked|check|checking|see|find out|clarify|look into|request|question|wish)\\b.{0,60}\\b(?:whether|if|about|for|regarding|what|which)\\b",
    "(?<!\\p{L})(?:pregunt|consult|revis|averigu|verific|confirm)\\p{L}*.{0,60}(?<!\\p{L})(?:si|sobre|por|qué|cuál)(?!\\p{L})",
    "(?<!\\p{L})(?:pergunt|consult|verific|confirm|confer|ver)\\p{L}*.{0,60}(?<!\\p{L})(?:se|sobre|por|qual|quais)(?!\\p{L})",
    "(?<!\\p{L})(?:frag|nachfrag|prüf|klär|kläre|anfrage)\\p{L}*.{0,60}(?<!\\p{L})(?:ob|nach|wegen|über|zum|zu|welche\\p{L}?)(?!\\p{L})",
    "(?<!\\p{L})ob(?!\\p{L}).{0,80}(?:prüf|klär|frag|schau)",
    "(?<!\\p{L})(?:demand|vérifi|renseign)\\p{L}*.{0,60}(?<!\\p{L})(?:si|s'il|sur|pour|quel\\p{L}*|à propos)(?!\\p{L})",
    "(?<!\\p{L})(?:chied|verific|controll)\\p{L}*.{0,60}(?<!\\p{L})(?:se|su|per)(?!\\p{L})",
    "(?:पूछ|जाँच|जांच|पता कर)|(?<!\\p{L})(?:pooch\\p{L}*|check kar\\p{L}*|pata kar\\p{L}*)",
    "(?:أسأل|اسأل|سأسأل|يسأل|أتحقق|سأتحقق|يتحقق|أستفسر|الاستفسار|أتأكد|سأتأكد|يتأكد)",
  ].join("|"),
  "u",
);
/** What the business grants all the same: "I asked about a discount and you get it". */
const GRANTED =
  /(?<!\p{L})(?:you(?:'ll| will)? get|gets?|got it|approved|granted|agreed|said yes|confirmed|te damos|aprobad\p{L}|aprovad\p{L}|genehmigt|bekommen sie|bekommst du|accordée?|मिल गया|منظور|मंज़ूर|تمت الموافقة|وافق)(?!\p{L})/u;

export function isDeferred({ text }: Sentence): boolean {
  return DEFERRED.test(text) && !GRANTED.test(text);
}

const NOT_BEFORE =
  /(?<![\p{L}\p{M}])(?:no|not|n't|don't|doesn't|can't|cannot|couldn't|won't|isn't|aren't|haven't|hasn't|without|never|nothing|neither|nor|unable to|ningún|ninguna|ninguno|sin|nunca|tampoco|não|nao|nenhum|nenhuma|sem|kein\p{L}*|nicht|nichts|ohne|niemals|pas|aucun|aucune|ne|n'|sans|jamais|non|senza|nessun\p{L}*|बिना|لا|ليس|ليست|لن|لم|بدون|دون|غير)(?![\p{L}\p{M}])[^,;:.]{0,30}$/u;
const NOT_AFTER =
  /^[^,;:.]{0,24}(?<![\p{L}\p{M}])(?:नहीं|नही|nahi|nahin|nahi|nicht|not|isn't|is not|aren't|kein\p{L}*|noch nicht|pas|no es|no está|غير متاح|غير متوفر|غير ممكن)(?![\p{L}\p{M}])/u;
const NOT_ONLY =
  /(?:not only|no problem|no worries|no doubt|sin duda|no sólo|no solo|nicht nur|pas seulement|não só)[^,;:.]{0,30}$/u;

/** Whether what stands at this place of the sentence is denied there. */
export function isNegated({ text }: Sentence, startsAt: number, endsAt: number): boolean {
  return isNegatedAt(text, startsAt, endsAt);
}

/** The same for any plain lower-case text. */
export function isNegatedAt(text: string, startsAt: number, endsAt: number): boolean {
  const before = text.slice(Math.max(0, startsAt - 44), startsAt);
  if (NOT_ONLY.test(before)) return false;
  return NOT_BEFORE.test(before) || NOT_AFTER.test(text.slice(endsAt, endsAt + 40));
}

/** A condition that has not come true: "once it is confirmed", "until your visit is booked". */
const NOT_YET =
  /(?<![\p{L}\p{M}])(?:once|when|whenever|until|till|if|before|as soon as|after|will|would|shall|should|can|could|may|might|to be|want|wants|like|let me|please|cuando|en cuanto|una vez que|hasta que|si|antes de|quiere|quieres|puede|puedo|podemos|será|quando|assim que|logo que|até|se|quer|posso|podemos|será|sobald|wenn|bis|falls|ob|wird|werden|soll|möchten|kann|dès que|quand|une fois|jusqu'à|si|sera|voulez|puis-je|appena|dopo|जब|अगर|तक|क्या|إذا|عندما|بمجرد|حتى|سوف|هل|سيتم)(?![\p{L}\p{M}])/u;

export function isNotYet({ text }: Sentence, startsAt: number): boolean {
  return NOT_YET.test(text.slice(Math.max(0, startsAt - 50), startsAt));
}
