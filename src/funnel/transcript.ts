import type { BrainDecision } from "./turn.ts";

/** A stretch of a recording as a transcription API reports on it. */
export interface SpokenSegment {
  seconds: number;
  /** Mean log probability of its tokens: 0 is certain. */
  avgLogprob: number;
  /** 0–1: that nobody speaks there at all. */
  noSpeechProb: number;
}

/**
 * Below this a transcript is a guess. Whisper itself decodes anew below a mean log probability of −1
 * (0.37) and takes a stretch for silence above a no-speech probability of 0.6; half-way to sure is asked
 * for here, because what was said may become a booking.
 */
const CLEAR_FROM = 0.5;

/** How sure a transcript is, 0–1, longer stretches counting more; null where nothing is known. */
export function transcriptConfidence(segments: readonly SpokenSegment[]): number | null {
  const whole = segments.reduce((sum, { seconds }) => sum + seconds, 0);
  if (whole <= 0) return null;
  const sure = segments.reduce(
    (sum, { seconds, avgLogprob, noSpeechProb }) =>
      sum + seconds * Math.exp(Math.min(avgLogprob, 0)) * (1 - noSpeechProb),
    0,
  );
  return Math.min(Math.max(sure / whole, 0), 1);
}

/** Whether the bot may act upon a transcript. A model that does not say how sure it is is believed. */
export function isClear(text: string, confidence: number | null): boolean {
  return text.trim() !== "" && (confidence === null || confidence >= CLEAR_FROM);
}

/** Too unsure to move a stage (product.md: below 0.4 the stage is held). */
const GUESSING = 0.39;

/** A decision upon words that may have been misheard: it may ask, but move nothing and book nothing. */
export function heldBack(decision: BrainDecision): BrainDecision {
  return {
    ...decision,
    action: decision.action === "initiate_cta" ? "send_now" : decision.action,
    ctaId: null,
    ctaTime: null,
    confidence: Math.min(decision.confidence, GUESSING),
  };
}
