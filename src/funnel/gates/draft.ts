import { readable } from "../amounts.ts";
import { originalSpan, type PlainText, type Span } from "../plain-text.ts";
import type { Finding } from "./gate.ts";

/** One sentence of a draft, in plain lower case with digits for words. */
export interface Sentence extends Span {
  text: string;
  isQuestion: boolean;
}

/** A draft as the gates read it. */
export interface Draft {
  text: string;
  plain: PlainText;
  sentences: readonly Sentence[];
}

/** Not within "10.30", "a.m." or "Rs. 500". */
const SENTENCE =
  /(?:[^.!?؟？।。！\n]|(?<=\d)[.](?=\d)|(?<=(?:^|[^\p{L}])\p{L})\.(?=\s?\p{L})|(?<=(?:^|[^\p{L}])\p{L}\.\p{L})\.|(?<=(?:^|[^\p{L}])(?:rs|mr|mrs|dr|sr|sra|st|ca|approx|no|nr))\.)+[.!?؟？।。！]*/gu;

export function readDraft(text: string): Draft {
  const plain = readable(text);
  const sentences = [...plain.text.matchAll(SENTENCE)].map(({ 0: said, index }) => ({
    text: said,
    isQuestion: /[?؟？]/.test(said) || said.includes("¿"),
    startsAt: index,
    endsAt: index + said.length,
  }));
  return { text, plain, sentences };
}

/** A finding about a stretch of the plain draft. */
export function found({ text, plain }: Draft, place: Span, reason: string): Finding {
  const span = originalSpan(plain, place);
  return { reason, span, text: text.slice(span.startsAt, span.endsAt).trim() };
}

/** A finding for each match of a pattern in the draft as it was written. */
export function matching({ text }: Draft, pattern: RegExp, reason: string): Finding[] {
  return [...text.matchAll(pattern)].map(({ 0: matched, index }) => ({
    reason,
    text: matched,
    span: { startsAt: index, endsAt: index + matched.length },
  }));
}

/** A finding that concerns the draft as a whole. */
export function throughout({ text }: Draft, reason: string): Finding {
  return { reason, text: "", span: { startsAt: 0, endsAt: text.length } };
}
