import { afterEach, describe, expect, test } from "bun:test";
import type { LlmCall } from "../../src/funnel/turn.ts";
import { createTraffic } from "../../src/llm/traffic.ts";
import { createTranscriber } from "../../src/llm/transcriber.ts";
import { silentLog } from "../support/servers.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** What one recording becomes when the server answers so. */
async function transcribe(respond: () => Response | Promise<Response>, model = "whisper-1") {
  const forms: FormData[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      forms.push(await request.formData());
      return await respond();
    },
  });
  stops.push(() => server.stop(true));
  const calls: LlmCall[] = [];
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const traffic = createTraffic({ concurrency: 1 });
  const ear = createTranscriber({ baseUrl, apiKey: "key", model, traffic, log: silentLog });
  const result = await ear
    .transcribe(
      { organizationId: "o", bytes: new Uint8Array([1, 2, 3]), mimeType: "audio/ogg" },
      {
        deadlineMs: 300,
        signal: new AbortController().signal,
        onCall: async (call) => void calls.push(call),
      },
    )
    .catch(({ code, details }) => ({ code, details }));
  return { result, calls, form: forms[0] };
}

const segment = (avg_logprob: number, no_speech_prob = 0) => ({
  ...{ start: 0, end: 2, avg_logprob, no_speech_prob },
});

describe("what is heard", () => {
  test("Whisper: text, and how sure by segments; billed by length", async () => {
    const { result, calls, form } = await transcribe(() =>
      Response.json({
        ...{ text: "Tuesday at ten", segments: [segment(Math.log(0.8))] },
        usage: { type: "duration", seconds: 3 },
      }),
    );
    expect(result).toMatchObject({ kind: "transcript", text: "Tuesday at ten" });
    expect(result).toMatchObject({ confidence: expect.closeTo(0.8) });
    expect(calls).toMatchObject([
      { step: "transcribe", outcome: "ok", audioSeconds: 3, inputTokens: null },
    ]);
    expect(form?.get("response_format")).toBe("verbose_json");
    expect(form?.get("file")).toMatchObject({ name: "voice.ogg" });
  });

  test("its successors: how sure by token; billed by tokens, spoken ones apart", async () => {
    const { result, calls, form } = await transcribe(
      () =>
        Response.json({
          ...{ text: "Ten", logprobs: [{ token: "Ten", logprob: Math.log(0.4) }] },
          usage: {
            ...{ type: "tokens", input_tokens: 14, output_tokens: 4 },
            input_token_details: { text_tokens: 4, audio_tokens: 10 },
          },
        }),
      "gpt-4o-mini-transcribe",
    );
    expect(result).toMatchObject({ confidence: expect.closeTo(0.4) });
    expect(calls).toMatchObject([
      { inputTokens: 14, audioTokens: 10, outputTokens: 4, audioSeconds: null },
    ]);
    expect(form?.get("response_format")).toBe("json");
    expect(form?.getAll("include[]")).toEqual(["logprobs"]);
  });

  test("a server that tells the text alone: neither sureness nor cost is made up", async () => {
    const { result, calls } = await transcribe(() => Response.json({ text: "Ten" }));
    expect(result).toEqual({ kind: "transcript", text: "Ten", confidence: null });
    expect(calls).toMatchObject([{ inputTokens: null, audioSeconds: null }]);
  });
});

describe("what fails has a call record too", () => {
  test.each([
    ["too many", () => new Response("", { status: 429 }), "rate_limited"],
    ["broken", () => new Response("", { status: 500 }), "error"],
    ["slow", () => new Promise<Response>(() => {}), "timeout"],
    ["no transcription", () => Response.json({ nothing: true }), "error"],
  ] as const)("%s: later again", async (_, respond, outcome) => {
    const { result, calls } = await transcribe(respond);
    expect(result).toMatchObject({ code: "model_unavailable" });
    expect(calls).toMatchObject([{ step: "transcribe", outcome }]);
  });

  test("a recording that the server does not take: never again", async () => {
    const { result, calls } = await transcribe(() =>
      Response.json({ error: { message: "Invalid file format." } }, { status: 400 }),
    );
    expect(result).toEqual({ kind: "failed" });
    expect(calls).toMatchObject([{ outcome: "error", errorClass: "http_400" }]);
  });
});
