import { Elysia } from "elysia";
import { errorMessage } from "../../lib/errors.ts";
import { isJsonObject } from "../../lib/json.ts";
import { sleep } from "../../lib/sleep.ts";
import type { World } from "../world.ts";
import type { ModelDesk, ScriptLine } from "./desk.ts";
import { heardIn } from "./perception.ts";
import { problem, spoilBefore } from "./routes.ts";

/** Sound of a voice note: WhatsApp's own take about 2 KB for a second. */
const BYTES_PER_SECOND = 2_000;

/** OpenAI's `/audio/transcriptions`, for the recordings that `sample-files` makes. */
export function transcriptionRoutes(world: World, desk: ModelDesk) {
  return new Elysia({ prefix: "/openai/v1" })
    .onError(({ error }) => problem(400, "invalid_request_error", errorMessage(error)))
    .post(
      "/audio/transcriptions",
      async ({ request, headers }) => {
        if (!headers["authorization"]) {
          return problem(401, "invalid_api_key", "You didn't provide an API key.");
        }
        const form = await request.formData();
        const file = form.get("file");
        if (!(file instanceof File)) {
          return problem(400, "invalid_request_error", "file: a recording is required.");
        }
        const model = String(form.get("model"));
        const subject = { step: "transcribe", text: file.name, model };
        const call = {
          ...{ at: world.deps.clock.now().toISOString(), step: "transcribe" as const, model },
          prompt: `${file.name}, ${file.size} bytes`,
        };
        const spoiled = spoilBefore(world, subject);
        if (spoiled) {
          desk.note({ ...call, answer: "", outcome: `fault ${spoiled.status}` });
          return spoiled;
        }
        const line = desk.next("transcribe", file.name);
        const heard = scripted(line, heardIn(await file.bytes()));
        desk.note({ ...call, answer: heard.text, outcome: line ? "script" : "rules" });
        const slow = world.faults.take("model", "slow", subject);
        const thinkMs = slow?.delayMs ?? line?.delayMs ?? desk.latencyMs();
        if (thinkMs > 0) await sleep(thinkMs, world.lifetime.signal());
        const seconds = Math.max(1, Math.ceil(file.size / BYTES_PER_SECOND));
        return Response.json(answer(heard, seconds, form.get("response_format")));
      },
      {
        parse: "none",
        detail: {
          tags: ["Simulator: model"],
          summary: "Transcription",
          description: "Hears what POST /simulator/api/media put into the recording as `says`.",
        },
      },
    );
}

function scripted(line: ScriptLine | undefined, heard: ReturnType<typeof heardIn>) {
  if (line?.text !== undefined) return { ...heard, text: line.text };
  return isJsonObject(line?.json) ? { ...heard, ...line.json } : heard;
}

function answer(
  { text, certainty }: ReturnType<typeof heardIn>,
  seconds: number,
  format: unknown,
): object {
  const logprob = Math.log(Math.max(certainty, 1e-6));
  const usage = { type: "duration", seconds };
  if (format !== "verbose_json") return { text, logprobs: [{ token: text, logprob }], usage };
  const segment = {
    ...{ id: 0, seek: 0, start: 0, end: seconds, text, tokens: [], temperature: 0 },
    ...{ avg_logprob: logprob, compression_ratio: 1, no_speech_prob: 0.01 },
  };
  return {
    task: "transcribe",
    language: "english",
    duration: seconds,
    text,
    segments: [segment],
    usage,
  };
}
