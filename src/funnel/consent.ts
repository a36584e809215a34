import { readable } from "./amounts.ts";
import { words } from "./gates/saying.ts";
import { readTimes } from "./gates/times.ts";
import type { ContextMessage, CtaOffer, TurnContext } from "./turn.ts";

const YES = words(
  "yes|yeah|yep|yup|ya|sure|ok|okay|okey|please|absolutely|definitely|of course|perfect|great|good idea|sounds good|works|let's (?:do it|go)|go ahead|i'?d (?:like|love)|i would (?:like|love)|i want|fine|deal|agreed|interested|both|either",
  "s[ií]|claro|vale|dale|por favor|perfecto|de acuerdo|me interesa|me gustaría|quiero|quisiera|bueno|listo|genial|por supuesto|hecho|okay|está bien|me parece",
  "sim|claro|pode(?: ser)?|quero|gostaria|por favor|perfeito|combinado|beleza|isso|ótimo|tá bom|fechado|tenho interesse|com certeza|aceito",
  "ja|gerne|gern|klar|bitte|einverstanden|passt|perfekt|okay|super|in ordnung|möchte|würde gerne?|natürlich|abgemacht|jawohl|jo",
  "oui|d'accord|volontiers|s'il (?:vous|te) plaît|parfait|bien sûr|ça marche|je veux|j'aimerais|je voudrais|avec plaisir|entendu|ouais|va bene|certo|volentieri|vorrei|perfetto",
  "हाँ|हां|जी|ठीक|चलेगा|ज़रूर|जरूर|बिल्कुल|चाहिए|चाहता|चाहती|कर दो|कर दीजिए|haan|han|ha|ji|theek|thik|chalega|zaroor|bilkul|chahiye|kar do|kar dijiye|pakka",
  "نعم|أجل|اي|أيوه|ايوه|تمام|موافق|أكيد|اكيد|طيب|حسنا|ماشي|من فضلك|أريد|اريد|أرغب|ممتاز|يناسبني|أوكي|اوكي",
  "да|хорошо|конечно|давайте|evet|tamam|olur|lütfen|iya|boleh|mau|oke|baik",
);
const NO = words(
  "no|nope|nah|not (?:now|yet|today|interested|sure|really)|don'?t|do not|later|maybe later|another time|never mind|stop|i'?ll think|let me think|too early",
  "ahora no|todav[ií]a no|no (?:quiero|gracias|me interesa|puedo|por ahora)|luego|más tarde|otro día|déjame pensar|lo pienso|não|agora não|ainda não|depois|mais tarde|vou pensar",
  "nein|nicht|noch nicht|später|lieber nicht|kein interesse|überlege\\p{L}*|non|pas (?:maintenant|encore|intéressée?)|plus tard|je réfléchis",
  "नहीं|नही|अभी नहीं|बाद में|सोच\\p{L}*|nahi|nahin|baad mein|sochta|sochti|لا|ليس الآن|لاحقا|بعدين|سأفكر|нет|hayır|tidak",
);
/** Asks for a step by its kind. */
const STEP = words(
  "book\\p{L}*|schedul\\p{L}*|reserv\\p{L}*|appointments?|demo|trial|visit\\p{L}*|call(?: me)?|phone|ring|meet(?:ing)?|come (?:by|over)|survey|sign (?:me )?up|link|send (?:me|it)|order|register|enrol\\p{L}*",
  "agend\\p{L}*|cita|reserv\\p{L}*|visit\\p{L}*|ll[aá]m\\p{L}*|reuni[oó]n|demostraci[oó]n|prueba|enlace|env[ií]\\p{L}*|inscrib\\p{L}*|apunt\\p{L}*|marc(?:ar|a|amos)|lig(?:ar|a|ue|uem)|visita|horário|inscrev\\p{L}*|manda\\p{L}*",
  "termin\\p{L}*|buch\\p{L}*|reservier\\p{L}*|besuch\\p{L}*|anruf\\p{L}*|rufen|ruf|treffen|vorführung|vorbeikommen|schick\\p{L}*|anmeld\\p{L}*|rendez-vous|réserv\\p{L}*|visite|appel\\p{L}*|démo\\p{L}*|lien|envoy\\p{L}*|inscri\\p{L}*|appuntamento|prenot\\p{L}*|chiam\\p{L}*",
  "बुक|अपॉइंटमेंट|मिलना|मिलने|कॉल|फ़ोन|फोन|विज़िट|डेमो|लिंक|भेज\\p{M}*\\p{L}*|रजिस्टर|appointment|milna|phone|bhej\\p{L}*|موعد|احجز|أحجز|حجز|زيارة|اتصل|اتصلوا|اتصال|رابط|أرسل\\p{L}*|ارسل\\p{L}*|سجل\\p{L}*|تجربة",
);

/** Why a proposed step is not taken; null: the lead agreed to it, asked for it or named a time. */
export type ConsentFault = "no_answer" | "refused" | "no_consent";

/**
 * Whether the lead agreed to a step. The newest words count: a yes to what our side last said, a wish
 * for such a step, or a time for it; a plain no, alone, wins.
 */
export function consentFault(
  { messages, cause }: Pick<TurnContext, "messages" | "cause">,
  cta: CtaOffer,
): ConsentFault | null {
  const said = newWords(messages);
  if (cause === "follow_up" || said.length === 0) return "no_answer";
  const plain = readable(said.join("\n")).text;
  const asks = has(plain, STEP) || namesCta(plain, cta);
  const agrees = has(plain, YES) || namesTime(plain);
  if (has(plain, NO) && !agrees) return "refused";
  if (asks || (agrees && (namesTime(plain) || wasSpokenTo(messages)))) return null;
  return "no_consent";
}

/** The lead's new messages; where none is marked, its last one. */
function newWords(messages: readonly ContextMessage[]): readonly string[] {
  const theirs = messages.filter(({ author }) => author === "lead");
  const fresh = theirs.filter(({ isNew }) => isNew);
  return (fresh.length > 0 ? fresh : theirs.slice(-1)).map(({ text }) => text);
}

function has(plain: string, pattern: RegExp): boolean {
  return plain.match(pattern) !== null || (pattern === YES && /👍|✅|👌|🙏/u.test(plain));
}

/** Whether any day or clock stands there, or a lone number after something of ours. */
export function namesTime(plain: string): boolean {
  return readTimes(plain).some(({ kind }) => kind !== "duration");
}

function namesCta(plain: string, { name }: CtaOffer): boolean {
  const named = readable(name).text.match(/[\p{L}\p{M}]{4,}/gu) ?? [];
  return named.some((word) => plain.includes(word.slice(0, 6)));
}

/** A yes answers something. */
function wasSpokenTo(messages: readonly ContextMessage[]): boolean {
  return messages.some(({ author }) => author === "bot" || author === "human");
}
