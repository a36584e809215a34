import { errorMessage } from "../../src/lib/errors.ts";
import { isJsonObject } from "../../src/lib/json.ts";
import { fitToSchema } from "../../src/simulator/model/fit-to-schema.ts";
import { type Business, ctaOf } from "./business.ts";
import type { AuthoredAnswer, EvalCase } from "./case.ts";
import type { Responder, WireRequest } from "./wire.ts";

/** The model that offline runs pretend to ask: its price makes a growing prompt visible in money. */
export const OFFLINE_MODEL = "gpt-4.1-mini";
/** UTF-8 bytes of a token, roughly; offline token counts are estimates and said to be. */
const BYTES_PER_TOKEN = 4;

/** Answers that wait for a trial, by step, in order. */
export interface Script {
  answers: Record<string, AuthoredAnswer[]>;
  /** Steps that asked for more than is there. */
  missing: string[];
}

/** A plain decision, for the fields that a case does not write out. */
function plainDecision({ given }: EvalCase, { business }: Business) {
  return {
    situation: "Written for the golden set.",
    intent: "medium",
    sentiment: "neutral",
    riskFlags: [],
    stage: given.stage,
    action: "send_now",
    shouldRespond: true,
    ctaId: null,
    ctaTime: null,
    followUpDelayMinutes: null,
    followUpReason: null,
    confidence: 0.9,
    needsHuman: false,
    attentionReason: null,
    lookUp: null,
    language: business.language,
  };
}

/** A script of the answers that a case has written down. */
export function scriptOf(one: EvalCase, business: Business): Script {
  const { brain = [], mouth = [], memory = [] } = one.authored ?? {};
  const decided = brain.map((answer): AuthoredAnswer => {
    if (!("decides" in answer)) return answer;
    const { ctaId, ...fields } = answer.decides;
    const id = typeof ctaId === "string" ? (ctaOf(business, ctaId)?.id ?? ctaId) : null;
    return { decides: { ...plainDecision(one, business), ...fields, ctaId: id } };
  });
  return { answers: { brain: decided, mouth: [...mouth], memory: [...memory] }, missing: [] };
}

/** Answers each trial from its script; what is not there is told to the script and answered 400. */
export function scripted(scripts: ReadonlyMap<string, Script>): Responder {
  return (request) => {
    const script = scripts.get(request.key);
    if (request.path !== "/chat/completions") return Response.json({ object: "list", data: [] });
    const step = request.step ?? "unnamed";
    const answer = script?.answers[step]?.shift();
    if (answer !== undefined) return completion(request, answer);
    script?.missing.push(step);
    const message = `No answer is written for ${step}.`;
    return Response.json({ error: { message, type: "invalid_request_error" } }, { status: 400 });
  };
}

/** Passes each request on to a real endpoint; one that cannot be reached is a bad gateway. */
export function forwarding({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): Responder {
  return async ({ path, text, signal }) => {
    try {
      return await fetch(`${baseUrl}${path}`, {
        method: text === "" ? "GET" : "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        signal,
        ...(text !== "" && { body: text }),
      });
    } catch (error) {
      const message = `The model's server cannot be reached: ${errorMessage(error)}`;
      return Response.json({ error: { message, type: "bad_gateway" } }, { status: 502 });
    }
  };
}

function completion(request: WireRequest, answer: AuthoredAnswer): Response {
  if (typeof answer !== "string" && "status" in answer) {
    const error = { message: "Refused, for the golden set.", type: "error" };
    return Response.json({ error }, { status: answer.status });
  }
  const { content, refusal, finishReason } = saying(request, answer);
  return Response.json({
    id: "chatcmpl-authored",
    object: "chat.completion",
    created: 0,
    model: OFFLINE_MODEL,
    choices: [
      { index: 0, finish_reason: finishReason, message: { role: "assistant", content, refusal } },
    ],
    usage: usageOf(request, content ?? refusal ?? ""),
  });
}

function saying(request: WireRequest, answer: Exclude<AuthoredAnswer, { status: number }>) {
  const said = { content: null, refusal: null, finishReason: "stop" };
  if (typeof answer === "string") {
    const field = request.step === "memory" ? "summary" : "text";
    return { ...said, content: JSON.stringify({ [field]: answer }) };
  }
  if ("raw" in answer) return { ...said, content: answer.raw };
  if ("refusal" in answer) return { ...said, refusal: answer.refusal };
  if ("cutOff" in answer) return { ...said, content: answer.cutOff, finishReason: "length" };
  return { ...said, content: JSON.stringify(fitted(request, answer.decides)) };
}

/** Fields that the contract has gained since the case was written get a harmless value. */
function fitted({ json }: WireRequest, decides: Record<string, unknown>) {
  const format = isJsonObject(json) ? json["response_format"] : undefined;
  const named = isJsonObject(format) ? format["json_schema"] : undefined;
  const schema = isJsonObject(named) ? named["schema"] : undefined;
  const plain = isJsonObject(schema) ? fitToSchema(schema, decides) : {};
  // Laid over again: a wrong value that a case wrote on purpose has to arrive.
  return { ...(isJsonObject(plain) ? plain : {}), ...decides };
}

function usageOf({ json }: WireRequest, content: string) {
  const messages = isJsonObject(json) ? JSON.stringify(json["messages"]) : "";
  const prompt_tokens = Math.ceil(Buffer.byteLength(messages) / BYTES_PER_TOKEN);
  const completion_tokens = Math.ceil(Buffer.byteLength(content) / BYTES_PER_TOKEN);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
