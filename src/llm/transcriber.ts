import type OpenAI from "openai";
import { unavailable } from "./ask.ts";
import { boundsOfRecording } from "./bounds.ts";
import { call, malformedResponse, openClient, providerName, throwIfAborted } from "./client.ts";
import { noResponse } from "./completion.ts";
import type { ModelOptions, ThinkingRun } from "./run.ts";
import { asTranscription, confidenceOf, factsOf, type TranscriptionBody } from "./transcription.ts";
import type { Failure } from "./transport-failure.ts";
import { neverEnded, sourceOf } from "./usage.ts";

export interface MediaFile {
  organizationId: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** As the bytes have it. */
  mimeType: string;
}

export type Transcript =
  /** `confidence`: 0–1, null where the model does not say. */
  | { kind: "transcript"; text: string; confidence: number | null }
  | { kind: "failed" }
  | { kind: "out_of_budget" };

export interface Transcriber {
  /**
   * What is said in a recording. Rejects with `model_unavailable` (details may hold `retryAfterMs`) when
   * the model could not be reached in time, and with `deadline_exceeded` when the signal aborts.
   */
  transcribe(file: MediaFile, run: ThinkingRun): Promise<Transcript>;
}

type TranscriberOptions = Omit<ModelOptions, "fallbackModel">;

/** Nothing is said to the model beside the recording. */
const PROMPT = { promptName: "transcribe", promptVersion: "1", promptHash: "-" } as const;

/** Recordings into text over one model API, one attempt a call. */
export function createTranscriber(options: TranscriberOptions): Transcriber {
  const { model, log, traffic } = options;
  const client = openClient(options);
  return {
    transcribe: async (file, run) => {
      const { organizationId } = file;
      const { deadlineMs, signal } = run;
      throwIfAborted(signal);
      const endsAtMs = performance.now() + deadlineMs;
      const timeLeftMs = () => endsAtMs - performance.now();
      const heard = await traffic.pass({ organizationId, model, timeLeftMs, signal }, () =>
        listen(client, options, file, { ...run, deadlineMs: Math.ceil(timeLeftMs()) }),
      );
      if (heard.kind !== "failure") return heard;
      throwIfAborted(signal);
      log.warn({ step: "transcribe", model, errorClass: heard.errorClass }, "model call");
      if (!heard.permanent) throw unavailable("transcribe", heard);
      return { kind: "failed" };
    },
  };
}

/** One call, on record whatever comes of it, if the budget allows it. */
async function listen(
  client: OpenAI,
  { baseUrl, model }: TranscriberOptions,
  file: MediaFile,
  { deadlineMs, signal, onCall, reserve }: ThinkingRun,
): Promise<Exclude<Transcript, { kind: "failed" }> | Failure> {
  const started = neverEnded({
    ...{ step: "transcribe", attempt: 1, provider: providerName(baseUrl) },
    ...{ requestModel: model, ...PROMPT },
  });
  const fits = await reserve?.(started, boundsOfRecording(file.bytes.byteLength));
  if (fits === false) return { kind: "out_of_budget" };
  const startedMs = performance.now();
  const answer = await request(client, model, file, { signal, timeoutMs: deadlineMs });
  const facts = answer.body === null ? noResponse : factsOf(answer.body);
  await onCall({
    ...started,
    latencyMs: Math.round(performance.now() - startedMs),
    ...facts,
    usageSource: sourceOf(facts, answer.failure),
    outcome: answer.failure?.outcome ?? "ok",
    errorClass: answer.failure?.errorClass ?? null,
  });
  if (answer.body === null) return answer.failure;
  return { kind: "transcript", text: answer.body.text, confidence: confidenceOf(answer.body) };
}

async function request(
  client: OpenAI,
  model: string,
  file: MediaFile,
  limits: { signal: AbortSignal; timeoutMs: number },
): Promise<{ body: TranscriptionBody; failure: null } | { body: null; failure: Failure }> {
  const asked = { file: named(file), model };
  const answer = await call(limits, ({ signal }) => {
    const options = { signal, timeout: limits.timeoutMs + 1_000 };
    const { transcriptions } = client.audio;
    return tellsByToken(model)
      ? transcriptions.create({ ...asked, response_format: "json", include: ["logprobs"] }, options)
      : transcriptions.create({ ...asked, response_format: "verbose_json" }, options);
  });
  if (!answer.ok) return { body: null, failure: answer.failure };
  const body = asTranscription(answer.body);
  return body === null ? { body, failure: malformedResponse } : { body, failure: null };
}

/** OpenAI's newer models tell how sure they are by token; Whisper, and what imitates it, by segment. */
const tellsByToken = (model: string) => /^gpt-4o\b.*transcribe/.test(model);

/** By the name's ending the API knows the format. */
const endings: Readonly<Record<string, string>> = {
  "audio/aac": "aac",
  "audio/amr": "amr",
  "audio/mpeg": "mp3",
  "audio/ogg": "ogg",
};

function named({ bytes, mimeType }: MediaFile): File {
  return new File([bytes], `voice.${endings[mimeType] ?? "m4a"}`, { type: mimeType });
}
