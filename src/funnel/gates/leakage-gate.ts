import { remembered } from "../remembered.ts";
import { type Draft, matching } from "./draft.ts";
import type { Finding, Grounds } from "./gate.ts";
import { blanked } from "./manner-gates.ts";

/** Our own machinery: names that no message to a lead contains by accident, and raw JSON. */
const INTERNAL = [
  /<\/?\s*(?:context|facts|ctas|business|system|lead|assistant|user|instructions|decision)\s*>/gi,
  /\b(?:shouldRespond|ctaId|ctaTime|riskFlags|needsHuman|attentionReason|followUp[A-Z]\w+|isNew|earlierReplyInDoubt|toolResults)\b/g,
  /\b(?:send_now|wait_schedule|initiate_cta|flag_attention|json_schema|response_format|very_high|look_up_fact|free_times)\b/gi,
  /\b(?:system prompt|my (?:system )?(?:prompt|instructions)(?: are| is|:)|developer message|mis instrucciones (?:son|:)|minhas instruções (?:são|:)|meine (?:anweisungen|system)\w* (?:sind|lauten|:)|mes instructions (?:sont|:))|```/giu,
  /^\s*[{[]\s*"/gm,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
];

/** Keys and tokens of the vendors we talk to, and of those next to them. */
const SECRETS = [
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}/g,
  /\bEAA[A-Za-z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAKIA[A-Z0-9]{12,}|\bAIza[A-Za-z0-9_-]{20,}|\bllk?_[A-Za-z0-9_]{16,}|\bwhsec_[A-Za-z0-9]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{6,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]{12,}|\b(?:api[-_ ]?key|access[-_ ]?token|app[-_ ]?secret|password|passwort|contraseña|senha|mot de passe)\s*(?:is|es|ist|est|é|[:=])\s*\S{6,}/giu,
  /(?:postgres(?:ql)?|redis|rediss|mysql):\/\/\S+/gi,
  /-----BEGIN [A-Z ]+-----/g,
];

/** Encoded text and hidden characters: nobody writes so to a customer. */
const HIDDEN = [
  /(?<![\w/.=-])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{32,}={0,2}(?![\w/-])|\b(?:[0-9a-f]{2}){16,}\b/g,
  /[\u202a-\u202e\u2066-\u2069]|[\u{e0020}-\u{e007f}]/gu,
];

/** So many words in a row as in our instructions are no accident. */
const MAX_COMMON_WORDS = 7;

/**
 * What must not leave: words of our instructions, names of our machinery, keys and tokens, encoded or
 * hidden text.
 */
export function leakageGate(draft: Draft, { instructions }: Grounds): Finding[] {
  const visible = { ...draft, text: blanked(draft.text) };
  return [
    ...INTERNAL.flatMap((pattern) => matching(visible, pattern, "technical text")),
    ...SECRETS.flatMap((pattern) => matching(draft, pattern, "looks like a secret")),
    ...HIDDEN.flatMap((pattern) => matching(visible, pattern, "hidden or encoded text")),
    ...quoted(draft, instructions),
  ];
}

interface PlacedWord {
  word: string;
  startsAt: number;
  endsAt: number;
}

function wordsOf(text: string): PlacedWord[] {
  return [...text.toLowerCase().matchAll(/[\p{L}\p{M}\p{N}_]+/gu)].map(({ 0: word, index }) => ({
    word,
    startsAt: index,
    endsAt: index + word.length,
  }));
}

const runsOf = remembered(
  (instructions: string) => instructions,
  (instructions: string): ReadonlySet<string> => {
    const listed = wordsOf(instructions).map(({ word }) => word);
    return new Set(
      listed.map((_, index) => listed.slice(index, index + MAX_COMMON_WORDS).join(" ")),
    );
  },
);

function quoted({ text }: Draft, instructions: readonly string[]): Finding[] {
  const words = wordsOf(text);
  const known = instructions.map(runsOf);
  for (let index = 0; index + MAX_COMMON_WORDS <= words.length; index += 1) {
    const run = words.slice(index, index + MAX_COMMON_WORDS);
    const said = run.map(({ word }) => word).join(" ");
    const [first] = run;
    const last = run.at(-1);
    if (first && last && known.some((runs) => runs.has(said))) {
      const span = { startsAt: first.startsAt, endsAt: last.endsAt };
      return [
        { reason: "words of our instructions", text: text.slice(span.startsAt, span.endsAt), span },
      ];
    }
  }
  return [];
}
