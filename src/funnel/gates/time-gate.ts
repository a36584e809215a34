import { readable } from "../amounts.ts";
import { instantsOf, notInDiary } from "./diary.ts";
import { type Draft, found, type Sentence } from "./draft.ts";
import { type Finding, type Grounds, groundTexts } from "./gate.ts";
import {
  type Here,
  instantKeys,
  isKnown,
  type KnownTimes,
  knownTimes,
  mentionsIn,
} from "./known-times.ts";
import { isDeferred, isNegated, words } from "./saying.ts";
import { readTimes, type TimeMention } from "./times.ts";

/** "Tuesday 3 pm is free", "we have openings". */
const AVAILABLE = words(
  "(?:is|are|still|have|has|got|'s|'re|we're|i'm|there's) (?:[^\\s.,;!?]+ ){0,6}?(?:free|available|open(?:ings?)?)|availab(?:le|ility)(?! to (?:help|answer))|free (?:slots?|spots?|on|at|this|next|tomorrow)|openings?|(?:have|got|there's|there is|there are) (?:a |an |one |some |\\d )?(?:slots?|spots?|gap|space|room)|can (?:fit|squeeze) you in|(?:works|work) (?:for us|on our side|perfectly)|fits? (?:our|us|in)|(?:can|could) offer you",
  "(?:tenemos|tengo|hay|está|están|queda|quedan|nos queda) (?:[^\\s.,;!?]+ ){0,6}?(?:libres?|disponibles?|hueco|huecos|cupo|cupos|espacio|espacios)|disponib(?:le|les|ilidad)|hueco|cupos?|(?:temos|tenho|há|está|tem) (?:[^\\s.,;!?]+ ){0,6}?(?:livres?|vagas?|disponíve(?:l|is)|horário|horários|vago)|disponíve(?:l|is)|disponibilidade|vagas?",
  "(?:ist|sind|haben|hätten|hätte|habe|wäre) (?:[^\\s.,;!?]+ ){0,6}?(?:frei\\p{L}*|verfügbar\\p{L}*)|verfügbar\\p{L}*|(?:noch )?freie? (?:termine?|plätze?|slots?)|passt (?:bei )?uns|(?:est|sont|avons|reste|il y a) (?:[^\\s.,;!?]+ ){0,6}?(?:libres?|disponibles?|créneaux?)|disponib(?:le|les|ilités?)|créneaux?|(?:è|sono|abbiamo) (?:[^\\s.,;!?]+ ){0,5}?(?:liber[oaie]|disponibil[ei])|disponibil(?:e|i|ità)",
  "उपलब्ध|खाली|फ्री है|जगह है|स्लॉट|available hai|khali hai|free hai|slot|متاح|متاحة|متوفر|متوفرة|شاغر|فارغ|لدينا موعد|عندنا موعد|موعد فاضي",
);
/** Only so many left, in stock: no diary knows it, a fact must. */
const STOCK = words(
  "in stock|(?:only |just )?(?:\\d+|few|a few|a couple(?: of)?) (?:[^\\s.,;!?]+ )?(?:left|remaining|available)|last (?:\\d+ |few )?(?:spots?|places?|units?|pieces?|one|ones|chance|seats?)|sold out|(?:offer|price|deal) (?:ends|expires|is valid|only valid)|selling fast|almost gone|limited (?:time|offer|spots|stock)|ready to ship",
  "en stock|en existencia|(?:quedan?|solo quedan?) (?:pocos?|pocas?|\\d+)|últim[oa]s? (?:\\d+ )?(?:plazas?|unidades?|lugares?|cupos?|oportunidad)|agotad[oa]s?|oferta (?:termina|válida|acaba)|em estoque|(?:restam|só restam) (?:poucos|poucas|\\d+)|últimas? (?:vagas?|unidades?)|esgotad[oa]s?",
  "auf lager|vorrätig|nur noch (?:\\d+|wenige|ein paar)|(?:die )?letzten? (?:\\d+ )?(?:plätze|stücke?|exemplare)|ausverkauft|angebot (?:endet|gilt nur)|il (?:ne )?reste (?:que |plus que )?(?:\\d+|quelques)|dernières? (?:places?|pièces?|chance)|épuisée?s?|in magazzino",
  "स्टॉक में|सिर्फ \\d+ बचे|केवल \\d+ बचे|आखिरी|stock mein|sirf \\d+ bache|في المخزون|متوفر في|بقي \\d+|آخر \\d+|آخر فرصة|نفدت",
);
/** What we would do then, which no tool has settled. */
const COMMITS = words(
  "(?:we|i|they|he|she|our \\p{L}+|the \\p{L}+|a \\p{L}+|someone|somebody)(?:'ll| will| can| are going to| is going to)? (?:be there|come|visit|call|ring|phone|deliver|install|arrive|start|begin|finish|meet|see you|pick|drop|ship|send|expect|stop by|answer|reply|write|get back|respond)|see you|expect(?:ing)? you|(?:delivery|installation|visit) (?:is|will be|starts|on|by)",
  "(?:te|le|os|les|lo|la) (?:visitamos|llamamos|esperamos|veo|vemos|visitaremos|llamaremos|llama|visita|entregamos|instalamos)|nos vemos|(?:llamaremos|iremos|vamos|llegamos|instalamos|entregamos|empezamos|llegará|irá|vendrá|llega|estará)|(?:te|lhe|vos) (?:visitamos|ligamos|esperamos|ligaremos|liga|visita)|(?:ligaremos|iremos|chegamos|instalamos|entregamos|começamos|chegará|virá|chega|estará)|até (?=segunda|terça|quarta|quinta|sexta|sábado|domingo|amanhã)",
  "(?:wir|ich|unser \\p{L}+|ein \\p{L}+) (?:kommen|kommt|komme|rufen|ruft|rufe|besuchen|liefern|installieren|sind da|ist da|starten|beginnen|melden|meldet|werden|wird)|bis (?=montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|morgen)|wir sehen uns|(?:kommen|kommt|rufen|liefern|besuchen) wir|(?:nous|on|notre \\p{L}+|un \\p{L}+) (?:viendrons|viendra|venons|passerons|passera|appellerons|appellera|livrons|livrerons|installons|installerons|serons|commençons|vous attend\\p{L}*|vous rappelle\\p{L}*|vous appelle\\p{L}*)|à (?=lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain)|(?:verremo|veniamo|arriviamo|ci vediamo|consegniamo|chiameremo)",
  "(?:आएंगे|आएँगे|आएगा|आएगी|मिलते हैं|मिलेंगे|करेंगे|करेगा|पहुंचेंगे|पहुँचेंगे|aayenge|aayega|milte hain|milenge|karenge|karega|pahunchenge|سنأتي|سنزورك|سنتصل|سيأتي|سيزورك|سيتصل|نراك|أراك|سنكون|سنوصل|سنركب|ننتظرك|نلتقي)",
);
const HANDED_ON =
  /(?:confirm\p{L}*|pass(?:ing|ed)? .{0,40}on|team will|wish|request|solicitud|paso tu|pido|pedido|confirma\p{L}*|bestätig\p{L}*|wunsch|anfrage|transmet\p{L}*|demande|confirmer\p{L}*|अनुरोध|पुष्टि|confirm kar|سأنقل|أنقل|طلبك|سيؤكد|يؤكد)/u;
const CLOSED =
  /(?<!\p{L})(?:closed|except|cerrad\p{L}+|salvo|excepto|fechad\p{L}+|geschlossen|außer|fermée?s?|sauf|बंद|مغلق|مغلقون|عدا|chius\p{L}+)(?!\p{L})/u;

interface Known extends Here {
  /** What the organization wrote down and what a tool of this turn found. */
  ours: KnownTimes;
  /** The same without opening hours, on which nobody has to come. */
  settled: KnownTimes;
  /** What the lead named, and what was said before. */
  echoes: KnownTimes;
  instants: readonly string[];
}

/** Kept while a draft is judged: two gates ask. */
const knownOf = new WeakMap<Grounds, Known>();

function knownIn(grounds: Grounds): Known {
  const before = knownOf.get(grounds);
  if (before) return before;
  const known = readKnown(grounds);
  knownOf.set(grounds, known);
  return known;
}

function readKnown(grounds: Grounds): Known {
  const { now, timeZone, toolResults, business, leadTexts, saidBefore } = grounds;
  const here = { now, timeZone };
  const written = [business.description, ...groundTexts(grounds).map(({ text }) => text)];
  const instants = instantsOf(toolResults);
  const keys = instantKeys(instants, here);
  const isHours = (text: string) =>
    mentionsIn(text).mentions.filter(({ kind }) => kind === "clock").length >= 2;
  return {
    ...here,
    instants,
    ours: new Set([...knownTimes(written, here), ...keys]),
    settled: new Set([
      ...knownTimes(
        written.filter((text) => !isHours(text)),
        here,
      ),
      ...keys,
    ]),
    echoes: new Set([
      ...knownTimes(leadTexts, here, { bareHours: true }),
      ...knownTimes(saidBefore, here),
    ]),
  };
}

/**
 * Days, dates, clocks and lengths of time. Each must stand in a fact, a CTA or a tool's result; or it
 * repeats what the lead named, as a question or a wish handed on, and promises nothing.
 */
export function timeGate(draft: Draft, grounds: Grounds): Finding[] {
  const all = readTimes(draft.plain.text);
  if (all.length === 0) return [];
  const known = knownIn(grounds);
  return draft.sentences.flatMap((sentence) => {
    const mentions = within(all, sentence);
    const mayLean = !commits(sentence) || areOpeningHours(sentence, mentions, known);
    const ours = mayLean ? known.ours : known.settled;
    return mentions
      .filter((mention) => !isKnown(mention, ours, known) && !isEcho(mention, sentence, known))
      .map((mention) => found(draft, mention, "no fact, tool or wish of the lead names this time"));
  });
}

function within(mentions: readonly TimeMention[], { startsAt, endsAt }: Sentence) {
  return mentions.filter((mention) => mention.startsAt >= startsAt && mention.startsAt < endsAt);
}

/** It repeats the lead, asks, or says no: nothing is promised. */
function isEcho(mention: TimeMention, sentence: Sentence, known: Known): boolean {
  const isPromise = (says(sentence, AVAILABLE) && !isAskingTheLead(sentence)) || commits(sentence);
  if (isKnown(mention, known.echoes, known)) return !isPromise || isDeferred(sentence);
  if (mention.kind === "weekday" && knowsWeekdays(known) && isDenied(mention, sentence))
    return true;
  const isDay = ["weekday", "relative", "stretch"].includes(mention.kind);
  return isDay && sentence.isQuestion && !isPromise;
}

/** To say "not on Sunday" needs no fact of its own where the opening days are known. */
function isDenied({ startsAt, endsAt }: TimeMention, sentence: Sentence): boolean {
  const from = startsAt - sentence.startsAt;
  return CLOSED.test(sentence.text) || isNegated(sentence, from, endsAt - sentence.startsAt);
}

function knowsWeekdays({ ours }: Known): boolean {
  return [...ours].some((key) => key.startsWith("weekday"));
}

/** A wish that is handed on may name what we would do then. */
function commits(sentence: Sentence): boolean {
  return says(sentence, COMMITS) && !sentence.isQuestion && !HANDED_ON.test(sentence.text);
}

function says(sentence: Sentence, pattern: RegExp): boolean {
  return [...sentence.text.matchAll(pattern)].some(
    ({ 0: said, index }) => !isNegated(sentence, index, index + said.length),
  );
}

/**
 * That a time is free, a slot open, or something in stock. A time needs a `free_times` result with that
 * very day and clock, opening hours apart; a stock needs a fact that speaks of it.
 */
export function availabilityGate(draft: Draft, grounds: Grounds): Finding[] {
  const known = knownIn(grounds);
  const times = readTimes(draft.plain.text);
  return draft.sentences.flatMap((sentence) => {
    if (isDeferred(sentence) || isAskingTheLead(sentence)) return [];
    const mentions = within(times, sentence).filter(({ kind }) => kind !== "duration");
    const scarce = says(sentence, STOCK) ? stockFindings(draft, sentence, grounds) : [];
    if (!says(sentence, AVAILABLE)) return scarce;
    if (mentions.length === 0) return [...scarce, ...slotFindings(draft, sentence, known)];
    if (areOpeningHours(sentence, mentions, known)) return scarce;
    const missing = notInDiary(mentions, known.instants, known);
    return [
      ...scarce,
      ...missing.map((mention) => found(draft, mention, "no tool found this time free")),
    ];
  });
}

const WE_OPEN =
  /(?<!\p{L})(?:(?:we|shop|store|office|clinic)(?:'re| are| is)? open|abrimos|estamos abiertos|estamos abertos|wir (?:sind|haben) (?:[^\s]+ ){0,2}(?:geöffnet|offen)|nous sommes ouverts|हम खुले|खुला|نعمل|نفتح|مفتوح)/u;

/** "Mon–Fri 8:00 to 18:00" as the facts have it: no promise of one slot. */
function areOpeningHours(
  { text }: Sentence,
  mentions: readonly TimeMention[],
  known: Known,
): boolean {
  const clocks = mentions.filter(({ kind }) => kind === "clock");
  if (clocks.length < 2 && !WE_OPEN.test(text)) return false;
  return mentions.every((mention) => isKnown(mention, known.ours, known));
}

const YOU =
  /(?<![\p{L}\p{M}])(?:you|you're|suits? you|usted|ustedes|tú|te|le|estás|tienes|você|vocês|sie|du|dir|ihnen|vous|te|tu|आप|आपको|aap|aapko|لك|يناسبك|أنت)(?![\p{L}\p{M}])/u;
const WE =
  /(?<![\p{L}\p{M}])(?:we have|we've|i have|i've|there's|there is|is free|is available|tenemos|hay|temos|wir haben|nous avons|il reste|لدينا|عندنا|हमारे पास)(?![\p{L}\p{M}])/u;

function isAskingTheLead({ text, isQuestion }: Sentence): boolean {
  return isQuestion && YOU.test(text) && !WE.test(text);
}

function stockFindings(draft: Draft, sentence: Sentence, grounds: Grounds): Finding[] {
  const isStated = groundTexts(grounds).some(
    ({ text }) => readable(text).text.match(STOCK) !== null,
  );
  return isStated ? [] : [found(draft, sentence, "no fact says what is left or in stock")];
}

const SLOTS =
  /(?<![\p{L}\p{M}])(?:slots?|spots?|openings?|availability|appointments? (?:free|available)|huecos?|cupos?|citas? disponibles?|plazas?|vagas?|horários? (?:livres?|disponíveis)|freie? (?:termine?|plätze?)|créneaux?|स्लॉट|موعد|مواعيد)(?![\p{L}\p{M}])/u;

function slotFindings(draft: Draft, sentence: Sentence, { instants }: Known): Finding[] {
  if (!SLOTS.test(sentence.text) || instants.length > 0) return [];
  return [found(draft, sentence, "no tool found free times")];
}
