import { type Grounds, ungroundedClaims } from "./claims.ts";

/** Readers stop at walls of text; WhatsApp itself would take 4,096. */
export const MAX_REPLY_CHARS = 1_000;

type GateVerdict =
  | { ok: true }
  /** `reason` is stored; `advice` tells the writer what to change. */
  | { ok: false; reason: string; advice: string };

/** Our own machinery: names that no message to a lead contains by accident, and raw JSON. */
const INTERNAL = [
  /<\/?\s*(?:context|facts|ctas|business|system|lead)\s*>/i,
  /\b(?:shouldRespond|ctaId|ctaTime|riskFlags|needsHuman|attentionReason|followUp[A-Z]\w+|isNew)\b/,
  /\b(?:send_now|wait_schedule|initiate_cta|flag_attention|json_schema|response_format)\b/i,
  /\bsystem prompt\b|```/i,
  /^\s*[{[]\s*"/,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i,
];

/** First person only: "a human colleague will write to you" is a fine thing to say. */
const CLAIMS_TO_BE_HUMAN = [
  /\bI(?:['’]m| am)\s+(?:(?:really|actually|just|definitely|indeed|of course)\s+)*(?:a\s+)?(?:real\s+)?(?:human|person)\b/i,
  /\b(?:I(?:['’]m| am) not|not talking to) (?:a |an )?(?:bot|robot|machine|AI|chatbot|computer)\b/i,
  /\bsoy (?:una? )?(?:persona|human[oa])\b|\bno soy (?:un |una )?(?:bot|robot|máquina|IA)\b/i,
  /\bsou (?:uma? )?(?:pessoa|human[oa])\b|\bnão sou (?:um |uma )?(?:bot|robô|máquina|IA)\b/i,
  /\bich bin (?:ein |eine )?(?:echter? |richtiger? )?(?:mensch|person)\b|\bich bin kein (?:bot|roboter)\b/i,
  /\bje suis (?:un |une )?(?:vraie? )?(?:humaine?|personne|être humain)\b|\bje ne suis pas un (?:bot|robot)\b/i,
  /\bsono (?:una? )?(?:persona|uman[oa]|essere umano)\b|\bnon sono un (?:bot|robot)\b/i,
  /मैं (?:एक )?(?:असली )?(?:इंसान|मनुष्य|व्यक्ति) हूँ|मैं (?:कोई )?(?:बॉट|रोबोट) नहीं/,
  /أنا (?:إنسان|انسان|بشر|شخص حقيقي)|(?:لست|لستُ) (?:روبوت|بوت)/,
];

const URL_PATTERN = /(?:https?:\/\/|www\.)[^\s<>"']+/gi;
/** One group however it is written: "?", "??", "?!"; also Arabic, full-width and Greek marks. */
const QUESTION_GROUP = /[?？؟\u037e][?!？！؟\u037e]*/g;

/**
 * Decides whether a draft may leave. The first broken rule wins; what is checked: not empty, short
 * enough, at most one question, none of our internals, no claim to be human, no amount, percentage
 * or link that the organization has not written down.
 */
export function judgeDraft(draft: string, grounds: Grounds): GateVerdict {
  const withoutLinks = draft.replace(URL_PATTERN, " ");
  if (!/[\p{L}\p{N}]/u.test(draft)) return stop("empty", "It says nothing.");
  if (draft.length > MAX_REPLY_CHARS) {
    return stop(
      "too_long",
      "It is far too long: at most 700 characters, the most useful part only.",
    );
  }
  if (INTERNAL.some((pattern) => pattern.test(withoutLinks))) {
    return stop("internal_text", "It contains technical text that is not for the lead.");
  }
  if (CLAIMS_TO_BE_HUMAN.some((pattern) => pattern.test(draft))) {
    return stop("claims_human", "It claims to be a human; say that you are an assistant.");
  }
  if ((withoutLinks.match(QUESTION_GROUP) ?? []).length > 1) {
    return stop("many_questions", "It asks more than one question: keep the most useful one.");
  }
  return judgeClaims(draft, grounds);
}

function judgeClaims(draft: string, grounds: Grounds): GateVerdict {
  const link = (draft.match(URL_PATTERN) ?? []).find((url) => !isKnownLink(url, grounds));
  if (link !== undefined) {
    return stop(`ungrounded_link: ${link}`, `The link ${link} is not in the facts or CTAs.`);
  }
  const claims = ungroundedClaims(draft, grounds).map(({ text }) => text);
  if (claims.length === 0) return { ok: true };
  const listed = claims.join(", ");
  return stop(
    `ungrounded_claim: ${listed}`,
    `These are not in the facts: ${listed}. State only amounts and percentages from the facts.`,
  );
}

function isKnownLink(url: string, { facts, ctas }: Grounds): boolean {
  const bare = url.replace(/[.,;:!?)\]}*_»”]+$/u, "").toLowerCase();
  const sources = [
    ...facts.map(({ text }) => text),
    ...ctas.flatMap(({ url: own, description }) => [own ?? "", description]),
  ];
  return sources.some((source) => source.toLowerCase().includes(bare));
}

function stop(reason: string, advice: string): GateVerdict {
  return { ok: false, reason, advice };
}
