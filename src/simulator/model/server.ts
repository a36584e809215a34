import { type Static, Type } from "@sinclair/typebox";
import type { ChatCompletion } from "openai/resources/chat/completions";
import type { Utterance } from "./completion.ts";
import type { WireChatRequest } from "./prompt.ts";

const some = <const Value extends string>(values: readonly Value[], description: string) =>
  Type.Array(Type.Union(values.map((value) => Type.Literal(value))), { description });

/** What the server that the model runs on understands of OpenAI's API, and what it adds or leaves out. */
export const ServerTraits = Type.Object({
  formats: some(
    ["json_schema", "json_object", "tools"],
    "Ways to order the form of an answer that it knows; others are refused with 400.",
  ),
  ignoresFormats: Type.Boolean({
    description:
      "Takes every order and follows none: JSON only if the instructions hold the schema.",
  }),
  limits: some(["max_completion_tokens", "max_tokens"], "Names of the token limit that it knows."),
  roles: some(["system", "developer"], "Who may instruct it, beside the user."),
  thinksAloud: Type.Boolean({
    description: "Thoughts before the answer, and a code fence around it.",
  }),
  usage: Type.Boolean({ description: "Whether it counts tokens." }),
  ids: Type.Boolean({ description: "Whether its answers have ids." }),
});
export type ServerTraits = Static<typeof ServerTraits>;

/** OpenAI's own. */
export const openAiTraits: ServerTraits = {
  formats: ["json_schema", "json_object", "tools"],
  ignoresFormats: false,
  limits: ["max_completion_tokens", "max_tokens"],
  roles: ["system", "developer"],
  thinksAloud: false,
  usage: true,
  ids: true,
};

interface Refusal {
  message: string;
  param: string | null;
}

/** Why such a server does not take the request, in the words of real ones; null if it does. */
export function refusalOf(request: WireChatRequest, traits: ServerTraits): Refusal | null {
  return (
    limitRefusal(request, traits) ?? roleRefusal(request, traits) ?? formRefusal(request, traits)
  );
}

function limitRefusal(request: WireChatRequest, { limits }: ServerTraits): Refusal | null {
  if (request.max_completion_tokens !== undefined && !limits.includes("max_completion_tokens")) {
    const message = "Unrecognized request argument supplied: max_completion_tokens";
    return { message, param: null };
  }
  if (request.max_tokens === undefined || limits.includes("max_tokens")) return null;
  const message = "Unsupported parameter: 'max_tokens' is not supported with this model.";
  return { message, param: "max_tokens" };
}

function roleRefusal({ messages }: WireChatRequest, { roles }: ServerTraits): Refusal | null {
  const at = messages.findIndex(({ role }) =>
    role === "system" || role === "developer" ? !roles.includes(role) : false,
  );
  if (at < 0) return null;
  const param = `messages[${at}].role`;
  const message = `Unsupported value: '${param}' does not support '${messages[at]?.role}' with this model.`;
  return { message, param };
}

function formRefusal(request: WireChatRequest, traits: ServerTraits): Refusal | null {
  const { formats, ignoresFormats } = traits;
  if (ignoresFormats) return null;
  const type = request.response_format?.type;
  if ((type === "json_schema" || type === "json_object") && !formats.includes(type)) {
    const message = `Invalid parameter: 'response_format' of type '${type}' is not supported with this model.`;
    return { message, param: "response_format" };
  }
  if (request.tools === undefined || formats.includes("tools")) return null;
  return { message: `${request.model} does not support tools`, param: null };
}

/** The request without what the server does not look at. */
export function asUnderstood(
  { response_format, tools, ...rest }: WireChatRequest,
  { ignoresFormats }: ServerTraits,
): WireChatRequest {
  if (ignoresFormats) return rest;
  return { ...rest, ...(response_format && { response_format }), ...(tools && { tools }) };
}

/** What the model says, as such a server passes it on. */
export function spoken(said: Utterance, { thinksAloud }: ServerTraits): Utterance {
  if (!thinksAloud || !said.content) return said;
  const thoughts = "<think>\nThe lead wrote. {I should answer.}\n</think>";
  return { ...said, content: `${thoughts}\n\nHere it is:\n\`\`\`json\n${said.content}\n\`\`\`` };
}

/** The answer without what such a server does not tell. */
export function asTold(
  { id, usage, ...rest }: ChatCompletion,
  traits: ServerTraits,
): Partial<ChatCompletion> {
  return { ...(traits.ids && { id }), ...rest, ...(traits.usage && usage && { usage }) };
}
