import { isJsonObject, tryParseJson } from "../../lib/json.ts";
import { type ModelStep, type ScriptLine, scriptedAnswer } from "./desk.ts";
import { choices, fitToSchema } from "./fit-to-schema.ts";
import { seenIn } from "./perception.ts";
import { type ChatRequest, orderedForm, readBriefing } from "./prompt.ts";
import { brainAnswer } from "./rules/brain.ts";
import { memoryAnswer } from "./rules/memory.ts";
import { mouthAnswer } from "./rules/mouth.ts";
import { makePlan } from "./rules/plan.ts";
import { readSituation } from "./rules/situation.ts";

const steps = ["brain", "mouth", "memory", "describe"] as const;

/** The step a request belongs to, by the name of its schema; null for anybody else's request. */
export function stepOf(request: ChatRequest): ModelStep | null {
  const { name } = orderedForm(request);
  return steps.find((step) => step === name) ?? null;
}

/** What the rules answer: fields by step, in the form the request's schema asks for. */
function ruledAnswer(request: ChatRequest): Record<string, unknown> {
  const step = stepOf(request);
  if (step === "describe") return { description: seenIn(request.image) };
  const situation = readSituation(readBriefing(request));
  if (step === "memory") return memoryAnswer(situation);
  const plan = makePlan(situation);
  return step === "brain" ? brainAnswer(situation, plan) : mouthAnswer(situation, plan);
}

/** The text the model gives for a request, by its script or by its rules. Deterministic. */
export function answerText(request: ChatRequest, line: ScriptLine | undefined): string {
  const ruled = ruledAnswer(request);
  const { schema } = orderedForm(request);
  if (!schema) return line?.text ?? String(ruled["text"] ?? JSON.stringify(ruled));
  const fitted = JSON.stringify(fitToSchema(schema, ruled));
  return line ? scriptedAnswer(line, fitted) : fitted;
}

/** The same JSON with one enumerated field set to a value its schema does not know. */
export function withWrongEnum(request: ChatRequest, text: string): string {
  const properties = orderedForm(request).schema?.["properties"];
  const answer = tryParseJson(text);
  if (!isJsonObject(properties) || !isJsonObject(answer)) return text;
  const listed = Object.keys(properties).find((name) => {
    const property = properties[name];
    return isJsonObject(property) && choices(property) !== undefined;
  });
  const wrong = listed ?? Object.keys(answer)[0] ?? "answer";
  return JSON.stringify({ ...answer, [wrong]: listed ? "not_a_value" : 42 });
}
