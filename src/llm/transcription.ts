import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type SpokenSegment, transcriptConfidence } from "../funnel/transcript.ts";
import { noResponse, type ResponseFacts } from "./completion.ts";
import { consistent, noUsage } from "./usage.ts";

const number = Type.Optional(Type.Union([Type.Number(), Type.Null()]));

/** What is read of a transcription; compatible servers leave out most of it but the text. */
const TranscriptionBody = Type.Object({
  text: Type.String(),
  duration: Type.Optional(Type.Unknown()),
  segments: Type.Optional(
    Type.Array(
      Type.Object({
        start: Type.Number(),
        end: Type.Number(),
        avg_logprob: Type.Number(),
        no_speech_prob: Type.Optional(Type.Number()),
      }),
    ),
  ),
  logprobs: Type.Optional(Type.Array(Type.Object({ logprob: Type.Number() }))),
  usage: Type.Optional(
    Type.Object({
      seconds: number,
      input_tokens: number,
      output_tokens: number,
      input_token_details: Type.Optional(Type.Object({ audio_tokens: number })),
    }),
  ),
});
export type TranscriptionBody = Static<typeof TranscriptionBody>;

/** The transcription in a response body, or null if the body is none. */
export function asTranscription(body: unknown): TranscriptionBody | null {
  return Value.Check(TranscriptionBody, body) ? body : null;
}

/** How sure it is, by segments (Whisper) or tokens (its successors); null where it does not say. */
export function confidenceOf({ segments, logprobs }: TranscriptionBody): number | null {
  if (segments !== undefined) {
    return transcriptConfidence(
      segments.map(
        (one): SpokenSegment => ({
          seconds: one.end - one.start,
          avgLogprob: one.avg_logprob,
          noSpeechProb: one.no_speech_prob ?? 0,
        }),
      ),
    );
  }
  const tokens = logprobs ?? [];
  const sum = tokens.reduce((total, { logprob }) => total + logprob, 0);
  return transcriptConfidence([
    { seconds: tokens.length, avgLogprob: sum / tokens.length, noSpeechProb: 0 },
  ]);
}

/** What was billed: seconds, or tokens, as the provider counts; null where it says nothing. */
export function factsOf({ usage, duration }: TranscriptionBody): ResponseFacts {
  const input = usage?.input_tokens ?? null;
  const lasted = Number(duration ?? Number.NaN);
  const told = usage?.seconds ?? (lasted >= 0 ? lasted : null);
  return {
    ...noResponse,
    ...consistent({
      ...noUsage,
      inputTokens: input,
      outputTokens: usage?.output_tokens ?? null,
      audioTokens: usage?.input_token_details?.audio_tokens ?? null,
      audioSeconds: input === null ? told : null,
    }),
  };
}
