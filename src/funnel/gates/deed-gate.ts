import { type Draft, found, type Sentence } from "./draft.ts";
import type { Finding, Grounds } from "./gate.ts";
import { isNegated, isNotYet, words } from "./saying.ts";

/** Done things, as participles: what was booked, and what no tool of ours can do. */
const BOOKED = {
  en: "booked|reserved|scheduled|confirmed|arranged|rescheduled|blocked|registered|signed up|pencilled in|penciled in|locked in|secured|set up|put (?:you )?down|moved your",
  es: "reservad[oa]s?|agendad[oa]s?|confirmad[oa]s?|programad[oa]s?|apuntad[oa]s?|apartad[oa]s?|concertad[oa]s?|inscrit[oa]s?",
  pt: "reservad[oa]s?|agendad[oa]s?|confirmad[oa]s?|marcad[oa]s?|programad[oa]s?|inscrit[oa]s?",
  de: "gebucht|reserviert|bestätigt|eingetragen|vereinbart|festgemacht|vorgemerkt|terminiert|eingeplant",
  fr: "réservée?s?|confirmée?s?|planifiée?s?|programmée?s?|enregistrée?s?|inscrite?s?|bloquée?s?|fixée?s?",
  it: "prenotat[oaie]|confermat[oaie]|fissat[oaie]|riservat[oaie]|programmat[oaie]",
} as const;
const DONE = {
  en: "sent|emailed|mailed|cancelled|canceled|paid|refunded|ordered|shipped|dispatched|delivered|charged|transferred|processed|changed|updated|applied|activated|created|called|issued|completed|approved",
  es: "enviad[oa]s?|mandad[oa]s?|cancelad[oa]s?|anulad[oa]s?|pagad[oa]s?|reembolsad[oa]s?|pedid[oa]s?|cobrad[oa]s?|transferid[oa]s?|cambiad[oa]s?|aplicad[oa]s?|activad[oa]s?|procesad[oa]s?|llamad[oa]|aprobad[oa]s?",
  pt: "enviad[oa]s?|mandad[oa]s?|cancelad[oa]s?|pag[oa]s?|reembolsad[oa]s?|encomendad[oa]s?|cobrad[oa]s?|transferid[oa]s?|alterad[oa]s?|aplicad[oa]s?|ativad[oa]s?|processad[oa]s?|aprovad[oa]s?",
  de: "geschickt|gesendet|verschickt|versandt|storniert|abgesagt|bezahlt|erstattet|bestellt|geliefert|überwiesen|geändert|verbucht|freigeschaltet|veranlasst|genehmigt",
  fr: "envoyée?s?|annulée?s?|payée?s?|remboursée?s?|commandée?s?|livrée?s?|débitée?s?|modifiée?s?|appliquée?s?|activée?s?|traitée?s?|approuvée?s?",
  it: "inviat[oaie]|mandat[oaie]|annullat[oaie]|pagat[oaie]|rimborsat[oaie]|ordinat[oaie]|spedit[oaie]|approvat[oaie]",
} as const;

type Tongue = keyof typeof BOOKED;

/** A few words may stand between the helper verb and the participle. */
const SOME = "(?:[^\\s.,;!?]+ ){0,5}?";
const YOURS = "(?:the|your|this|that|an?|everything|all|it|that's|this is|here's)";

function sayings(participles: Readonly<Record<Tongue, string>>): readonly string[] {
  const { en, es, pt, de, fr, it } = participles;
  return [
    `(?:i|we|my colleague|our team|the team|a colleague|our colleague)(?:'ve| have| has|'s| just| already)? ${SOME}(?:${en})`,
    `(?:you're|you are|it's|it is|${YOURS} [^.,;!?]{1,40}? (?:is|are|has been|have been|was|were|got)|you have been|has been|have been) ${SOME}(?:${en})`,
    `(?:all|fully|officially|successfully|now) (?:${en})`,
    `(?:he|hemos|ha|has sido|queda|quedas|quedó|está|estás|ya está|fue|ha sido|te he|le he|te) ${SOME}(?:${es})`,
    `(?:está|ficou|foi|estão|já está|fica|você está|tenho|foram) ${SOME}(?:${pt})`,
    `(?:habe|haben|ist|sind|wurde|wurden|hat|bin) ${SOME}(?:${de})`,
    `(?:ai|avons|a été|est|sont|êtes|a|ont été) ${SOME}(?:${fr})`,
    `(?:ho|abbiamo|è stat[oa]|è|ha) ${SOME}(?:${it})`,
  ];
}

const BOOKING = words(
  ...sayings(BOOKED),
  "reservé|agendé|confirmé|apunté|te aparté|reservamos|te espero|te esperamos|nos vemos el|reservei|agendei|confirmei|marquei|reservamos|agendamos|te esperamos",
  "i(?:'ve| have)? got you (?:in|down)|you're (?:all set|in|on the list|on the schedule)|you are (?:all set|on the list)|your (?:spot|seat|place|slot|table|appointment) is (?:safe|saved|guaranteed|set|waiting|in the calendar)|it's in the (?:calendar|diary|book)|booking (?:is )?confirmed|appointment confirmed|reservation confirmed|done,? (?:booked|reserved)|reserva (?:hecha|lista|confirmada)|cita confirmada|todo listo para (?:el|la)|agendamento (?:feito|confirmado)|termin steht|der termin ist fix|buchung bestätigt|c'est réservé|c'est confirmé|rendez-vous pris|rendez-vous confirmé",
  "(?:बुक|रिज़र्व|रिजर्व|कन्फर्म|पक्का|तय|शेड्यूल|आरक्षित) (?:कर दिया|कर दी|कर दिए|हो गया|हो गई|हो चुका|हो चुकी|है|किया है|कर लिया|कर ली)|(?:book|confirm|reserve|schedule|fix|pakka) (?:kar diya|kar di|ho gaya|ho gayi|kar liya|ho chuka|kiya hai)",
  "(?:لقد )?(?:حجزت|حجزنا|أكدت|أكدنا|سجلت|سجلنا|رتبت|حددنا|حددت)|تم (?:الحجز|حجز|تأكيد|التأكيد|تسجيل|تحديد|ترتيب)\\p{L}*|(?:موعدك|حجزك|الموعد|الحجز) (?:مؤكد|محجوز|مسجل|مثبت)",
);

const ACTION = words(
  ...sayings(DONE),
  "i(?:'m| am) (?:sending|booking|cancelling|refunding) (?:it|you|that|your)|envié|te mandé|mandé|cancelé|pagué|enviei|mandei|cancelei|paguei",
  "(?:भेज|रद्द|कैंसिल|जमा|रिफंड|बदल|ऑर्डर) (?:कर दिया|कर दी|दिया|दी|दिया है|हो गया|हो गई|कर दिए)|(?:bhej|cancel|refund|order|send|payment) (?:kar diya|diya|di|ho gaya|ho gayi|kar di)",
  "(?:لقد )?(?:أرسلت|أرسلنا|ألغيت|ألغينا|دفعت|دفعنا|حولت|حولنا|طلبت لك|طلبنا لك)|تم (?:الإرسال|إرسال|إلغاء|الإلغاء|الدفع|دفع|استرداد|شحن|طلب|خصم|تفعيل|التفعيل)\\p{L}*",
);

/** To hand a wish on is what we do: "I have sent your request to a colleague". */
const HANDED_ON =
  /(?:colleague|team|wish|request|question|message|note|compañer|equipo|solicitud|consulta|mensaje|colega|equipe|time|pedido|mensagem|kolleg|team|wunsch|anfrage|frage|collègue|équipe|demande|message|collega|richiesta|सहकर्मी|टीम|सहयोगी|अनुरोध|संदेश|team ko|زميل|زملائ|الفريق|فريق|طلبك|رسالتك|سؤالك)/u;
/** A question to the lead: "Have you paid?", "Shall it be booked?". */
const NOBODY =
  /(?<!\p{L})(?:you've|you have|have you|did you|has usted|usted ha|haben sie|hast du|avez-vous|as-tu|você)(?!\p{L})/u;

/**
 * "I have booked, sent, reserved, cancelled, paid …", also in the passive. A booking must be a result of
 * the `book` tool in this turn; for the rest there is no tool. What is denied, still to come, or handed
 * on to a colleague is no such claim.
 */
export function deedGate(draft: Draft, grounds: Grounds): Finding[] {
  const isBooked = grounds.toolResults.some(
    (result) => result.tool === "book" && result.outcome === "booked",
  );
  return [
    ...(isBooked ? [] : deeds(draft, BOOKING, "no booking was made in this turn")),
    ...deeds(draft, ACTION, "nothing of the kind was done in this turn"),
  ];
}

function deeds(draft: Draft, pattern: RegExp, reason: string): Finding[] {
  return draft.sentences.flatMap((sentence) =>
    [...sentence.text.matchAll(pattern)].flatMap(({ 0: said, index }) => {
      if (isDenied(sentence, said, index) || isHandedOn(sentence, index)) return [];
      const startsAt = sentence.startsAt + index;
      return [found(draft, { startsAt, endsAt: startsAt + said.length }, reason)];
    }),
  );
}

/** Not done, not yet done, or asked. */
function isDenied(sentence: Sentence, said: string, index: number): boolean {
  return (
    isNegated(sentence, index, index + said.length) ||
    DENIED.test(said) ||
    isNotYet(sentence, index) ||
    NOT_YET_WITHIN.test(said) ||
    (sentence.isQuestion && NOBODY.test(sentence.text))
  );
}

function isHandedOn({ text }: Sentence, index: number): boolean {
  return HANDED_ON.test(text.slice(index)) && !CERTAIN.test(text);
}

/** Between the helper verb and the participle. */
const DENIED =
  /(?<![\p{L}\p{M}])(?:not|n't|never|nothing|no|nada|nunca|não|ainda não|nicht|noch nicht|nichts|kein\p{L}*|pas|rien|jamais|non|cannot|can't)(?![\p{L}\p{M}])|n't /u;
const NOT_YET_WITHIN =
  /(?<![\p{L}\p{M}])(?:can|will|would|could|to be|being|must|should|may|need to|want|wird|werden|kann|será|sera|ser|être|werden)(?![\p{L}\p{M}])/u;
/** A time or a receipt makes it a booking again, whoever was told. */
const CERTAIN =
  /(?<![\p{L}\p{M}])(?:booked|reserved|confirmed|refunded|paid|cancell?ed|reservad[oa]|confirmad[oa]|agendad[oa]|gebucht|bestätigt|storniert|réservée?|confirmée?|annulée?|बुक|कन्फर्म|تم الحجز|تم تأكيد|تأكيد)(?![\p{L}\p{M}])/u;
