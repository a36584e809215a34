import { Value } from "@sinclair/typebox/value";
import { Elysia, t } from "elysia";
import { errorMessage } from "../../lib/errors.ts";
import { sleep } from "../../lib/sleep.ts";
import type { FaultSubject } from "../faults.ts";
import { resetConnection } from "../reset-connection.ts";
import type { World } from "../world.ts";
import { answerText, stepOf, withWrongEnum } from "./answer.ts";
import { completionFor, type Utterance } from "./completion.ts";
import type { ModelDesk } from "./desk.ts";
import { type ChatRequest, plainRequest, WireChatRequest } from "./prompt.ts";
import { asTold, asUnderstood, refusalOf, type ServerTraits, spoken } from "./server.ts";
import { createPrefixCache } from "./tokens.ts";

const tags = ["Simulator: model"];
const MODELS = ["simulated-1", "simulated-ear-1"];

export function problem(
  status: number,
  type: string,
  message: string,
  headers?: HeadersInit,
): Response {
  const error = { message, type, param: null, code: type };
  return Response.json({ error }, { status, ...(headers ? { headers } : {}) });
}

/** Answers that are errors, before the model thinks. */
export function spoilBefore({ faults }: World, subject: FaultSubject): Response | undefined {
  if (faults.take("model", "reset", subject)) return resetConnection();
  const limited = faults.take("model", "429", subject);
  if (limited) {
    const retryAfter = { "retry-after": String(limited.retryAfterSeconds ?? 1) };
    return problem(429, "rate_limit_exceeded", "Rate limit reached (simulated).", retryAfter);
  }
  if (faults.take("model", "http_500", subject)) {
    return problem(500, "server_error", "The server had an error (simulated).");
  }
  if (!faults.take("model", "page", subject)) return undefined;
  return new Response("<h1>Please sign in</h1>", { headers: { "content-type": "text/html" } });
}

/** The request as the model gets to see it, or why it does not. */
function admitted(
  body: unknown,
  authorization: string | undefined,
  server: ServerTraits,
): ChatRequest | Response {
  if (!authorization) {
    return problem(401, "invalid_api_key", "You didn't provide an API key.");
  }
  if (!Value.Check(WireChatRequest, body)) {
    const error = Value.Errors(WireChatRequest, body).First();
    return problem(400, "invalid_request_error", `${error?.path}: ${error?.message}`);
  }
  if (body.stream) {
    return problem(400, "unsupported_value", "The simulated model does not stream.");
  }
  const refusal = refusalOf(body, server);
  if (refusal === null) return plainRequest(asUnderstood(body, server));
  const error = { ...refusal, type: "invalid_request_error", code: null };
  return Response.json({ error }, { status: 400 });
}

/** What the model ends up saying, spoiled if a fault says so. */
function utter({ faults }: World, request: ChatRequest, text: string, subject: FaultSubject) {
  const said: Utterance = { content: text, refusal: null, finishReason: "stop" };
  const half = text.slice(0, Math.ceil(text.length / 2));
  if (faults.take("model", "refusal", subject)) {
    return { ...said, content: null, refusal: "I'm sorry, I can't help with that." };
  }
  if (faults.take("model", "empty", subject)) return { ...said, content: "" };
  if (faults.take("model", "invalid_json", subject)) return { ...said, content: `${half}…` };
  if (faults.take("model", "truncated", subject)) {
    return { ...said, content: half, finishReason: "length" } as const;
  }
  if (faults.take("model", "content_filter", subject)) {
    return { ...said, content: "", finishReason: "content_filter" } as const;
  }
  if (!faults.take("model", "wrong_enum", subject)) return said;
  return { ...said, content: withWrongEnum(request, text) };
}

/** The answer as it goes over the wire, whole or not. */
function sent({ faults }: World, subject: FaultSubject, completion: object): Response {
  if (faults.take("model", "no_choice", subject)) {
    return Response.json({ ...completion, choices: [] });
  }
  const json = JSON.stringify(completion);
  if (!faults.take("model", "cut_off", subject)) {
    return new Response(json, { headers: { "content-type": "application/json" } });
  }
  const half = json.slice(0, Math.ceil(json.length / 2));
  return new Response(half, { headers: { "content-type": "application/json" } });
}

/** The last user message that holds a context, else the last one: what a call was about. */
function promptText({ messages }: ChatRequest): string {
  const users = messages.flatMap(({ role, content }) => (role === "user" ? [content ?? ""] : []));
  return users.findLast((text) => text.includes("<context>")) ?? users.at(-1) ?? "";
}

/** An OpenAI-compatible `/openai/v1`: chat completions and models. */
export function modelServerRoutes(world: World, desk: ModelDesk) {
  const cache = createPrefixCache();

  async function complete(request: ChatRequest, giveTime: (ms: number) => void): Promise<Response> {
    const step = stepOf(request);
    const prompt = promptText(request);
    const { model } = request;
    const subject: FaultSubject = { text: prompt, model, ...(step === null ? {} : { step }) };
    const at = world.deps.clock.now();
    const call = { at: at.toISOString(), step, model, prompt };
    const spoiled = spoilBefore(world, subject);
    if (spoiled) {
      desk.note({ ...call, answer: "", outcome: `fault ${spoiled.status}` });
      return spoiled;
    }
    const line = desk.next(step, prompt);
    const slow = world.faults.take("model", "slow", subject);
    const thinkMs = slow?.delayMs ?? line?.delayMs ?? desk.latencyMs();
    giveTime(thinkMs);
    const server = desk.server();
    const utterance = spoken(utter(world, request, answerText(request, line), subject), server);
    const said = utterance.content ?? utterance.refusal ?? "";
    desk.note({ ...call, answer: said, outcome: line ? "script" : "rules" });
    if (thinkMs > 0) await sleep(thinkMs, world.lifetime.signal());
    return sent(world, subject, asTold(completionFor(request, step, utterance, cache, at), server));
  }

  return new Elysia({ prefix: "/openai/v1" })
    .onError(({ error }) => problem(400, "invalid_request_error", errorMessage(error)))
    .get(
      "/models",
      () => ({
        object: "list",
        data: MODELS.map((id) => ({ id, object: "model", created: 0, owned_by: "simulator" })),
      }),
      { detail: { tags, summary: "List models" } },
    )
    .post(
      "/chat/completions",
      ({ body, headers, request, server }): Response | Promise<Response> => {
        const seen = admitted(body, headers["authorization"], desk.server());
        if (seen instanceof Response) return seen;
        const seconds = (delayMs: number) => Math.min(255, Math.ceil(delayMs / 1_000) + 10);
        return complete(seen, (delayMs) => server?.timeout(request, seconds(delayMs)));
      },
      {
        body: t.Unknown(),
        detail: {
          tags,
          summary: "Chat completion",
          description:
            "OpenAI's wire format with JSON-schema output and usage; answers by fixed rules, so the same prompt gets the same text.",
        },
      },
    );
}
