import { type Draft, matching, throughout } from "./draft.ts";
import type { Finding, Grounds } from "./gate.ts";
import { detectLanguage, scriptsOf } from "./language.ts";

/** Readers stop at walls of text; WhatsApp itself would take 4,096. */
export const MAX_REPLY_CHARS = 1_000;

const URL_PATTERN = /(?:https?:\/\/|www\.)[^\s<>"']+/gi;
/** One group however it is written: "?", "??", "?!"; also Arabic, full-width and Greek marks. */
const QUESTION_GROUP = /[?？؟\u037e⁇⁈❓❔](?:[?!？！؟\u037e⁇⁈❓❔]|\ufe0f)*/gu;
/** What models put between the messages of a series. */
const SEVERAL_MESSAGES =
  /^\s*(?:[-=_*]{3,}|\[?(?:message|msg|mensaje|mensagem|nachricht|reply|option|opción|opção|variante?) ?#?[2-9]\b.*|\(?2\/[2-9]\)?)\s*$|^\s*(?:message|mensaje|mensagem|nachricht|option|opción|opção) ?#?2\s*[:.)-]/gimu;

/** First person only: "a human colleague will write to you" is a fine thing to say. */
const CLAIMS_TO_BE_HUMAN =
  /\bI(?:['’]m| am)\s+(?:(?:really|actually|just|definitely|indeed|of course|100%|as)\s+)*(?:a\s+)?(?:real\s+|living\s+)?(?:human|person|man|woman|guy|girl)\b|\b(?:I(?:['’]m| am) not|not talking to|not chatting with) (?:a |an )?(?:bot|robot|machine|AI|chatbot|computer|automated)\b|\b(?:this is|you(?:['’]re| are) (?:talking|speaking|chatting) (?:to|with)) (?:a )?(?:real )?(?:human|person)\b|\bno (?:bot|robot|AI) here\b|\bsoy (?:una? )?(?:persona|human[oa]|hombre|mujer)\b|\bno soy (?:un |una )?(?:bot|robot|máquina|IA)\b|\bhablas con una persona\b|\bsou (?:uma? )?(?:pessoa|human[oa]|homem|mulher)\b|\bnão sou (?:um |uma )?(?:bot|robô|máquina|IA)\b|\bich bin (?:ein |eine )?(?:echter? |richtiger? )?(?:mensch|person)\b|\bich bin (?:kein|keine) (?:bot|roboter|ki|maschine)\b|\bje suis (?:un |une )?(?:vraie? )?(?:humaine?|personne|être humain)\b|\bje ne suis pas (?:un |une )?(?:bot|robot|ia|machine)\b|\bsono (?:una? )?(?:persona|uman[oa]|essere umano)\b|\bnon sono un (?:bot|robot)\b|मैं (?:एक )?(?:असली )?(?:इंसान|मनुष्य|व्यक्ति) हूँ|मैं (?:कोई )?(?:बॉट|रोबोट) नहीं|\bmain (?:ek )?(?:asli )?insaan (?:hoon|hu)\b|\bmain (?:koi )?(?:bot|robot) nahi\b|أنا (?:إنسان|انسان|بشر|شخص حقيقي)|(?:لست|لستُ) (?:روبوت|بوت|آلة)/giu;

export function emptyGate(draft: Draft): Finding[] {
  return /[\p{L}\p{N}]/u.test(draft.text) ? [] : [throughout(draft, "it says nothing")];
}

export function oneMessageGate(draft: Draft): Finding[] {
  return matching(draft, SEVERAL_MESSAGES, "several messages in one");
}

export function lengthGate(draft: Draft): Finding[] {
  const { length } = draft.text;
  return length > MAX_REPLY_CHARS ? [throughout(draft, `${length} characters`)] : [];
}

export function humanGate(draft: Draft): Finding[] {
  return matching(draft, CLAIMS_TO_BE_HUMAN, "claims to be human");
}

export function questionGate(draft: Draft): Finding[] {
  const withoutLinks = { ...draft, text: blanked(draft.text) };
  return matching(withoutLinks, QUESTION_GROUP, "one question is enough").slice(1);
}

/** The text with its links as spaces, so that places stay. */
export function blanked(text: string): string {
  return text.replace(URL_PATTERN, (url) => " ".repeat(url.length));
}

export function linkGate(draft: Draft, { facts, ctas, toolResults }: Grounds): Finding[] {
  const found = toolResults.flatMap((result) =>
    result.tool === "look_up_fact" ? result.facts : [],
  );
  const sources = [
    ...[...facts, ...found].map(({ text }) => text),
    ...ctas.flatMap(({ url, description }) => [url ?? "", description]),
  ];
  return matching(draft, URL_PATTERN, "no fact or CTA has this link").filter(({ text }) => {
    const bare = text.replace(/[.,;:!?)\]}*_»”]+$/u, "").toLowerCase();
    return !sources.some((source) => source.toLowerCase().includes(bare));
  });
}

/** To a lead who is lost or has bought, nothing is written unasked. */
export function stageGate(draft: Draft, { stage, cause }: Grounds): Finding[] {
  const isChase = cause === "follow_up" && (stage === "lost" || stage === "closed");
  return isChase ? [throughout(draft, `the lead is ${stage}`)] : [];
}

/** A lead who names a language may want the answer in it. */
const NAMES_A_LANGUAGE =
  /(?<!\p{L})(?:english|ingl[eé]s|inglês|englisch|anglais|inglese|angrezi|spanish|español|espanhol|spanisch|espagnol|portuguese|portugués|português|portugiesisch|portugais|german|alemán|alemão|deutsch|allemand|french|francés|francês|französisch|français|italian\p{L}*|hindi|arabic|árabe|arabisch|arabe|अंग्रेज़ी|अंग्रेजी|इंग्लिश|हिंदी|हिन्दी|العربية|بالعربي|الإنجليزية|الانجليزية|انجليزي|إنجليزي)(?!\p{L})/iu;

/**
 * A draft in another language or script than the lead's. Only where both show clearly: short texts,
 * mixed scripts and unknown languages pass, and so does what a lead who named a language gets.
 */
export function languageGate(draft: Draft, grounds: Grounds): Finding[] {
  const written = detectLanguage(wordsOnly(draft.text));
  if (written === null) return [];
  const { newLeadTexts, leadTexts, language } = grounds;
  const said = newLeadTexts.join("\n");
  if (scriptsOf(said).length > 1 || leadTexts.some((text) => NAMES_A_LANGUAGE.test(text)))
    return [];
  const theirs = detectLanguage(said) ?? detectLanguage(leadTexts.join("\n"));
  const expected = theirs?.language ?? tagged(language);
  if (expected === null || written.language === expected) return [];
  return [throughout(draft, `it is in ${written.language}, the lead writes ${expected}`)];
}

/** Links and amounts belong to no language. */
function wordsOnly(text: string): string {
  return blanked(text).replace(/[\d\p{Sc}%]+/gu, " ");
}

/** What Brain says counts only for languages that can be told apart. */
function tagged(tag: string): string | null {
  const [primary = "", script] = tag.split("-");
  if (primary === "hi" && script === "Latn") return "hi-Latn";
  return ["en", "es", "pt", "de", "fr", "it", "hi", "ar"].includes(primary) ? primary : null;
}
