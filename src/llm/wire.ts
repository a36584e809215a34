import type OpenAI from "openai";
import type { Dialect } from "./dialect.ts";
import { dataBlock, type Prompt, type PromptMessage } from "./prompts/prompt.ts";

interface Asked {
  model: string;
  prompt: Prompt;
  messages: readonly PromptMessage[];
  /** As a data: address. */
  image?: string | undefined;
  maxOutputTokens: number;
}

type ChatRequest = OpenAI.ChatCompletionCreateParamsNonStreaming;

/** The request as the server of that dialect takes it. */
export function chatRequest(asked: Asked, dialect: Dialect): ChatRequest {
  return {
    model: asked.model,
    messages: instructedBy(dialect, withImage(withSchema(asked, dialect), asked.image)),
    ...(dialect.limit !== "none" && { [dialect.limit]: asked.maxOutputTokens }),
    ...formFields(asked.prompt, dialect),
  };
}

function formFields(
  { name, schema }: Prompt,
  { form }: Dialect,
): Pick<ChatRequest, "response_format" | "tools" | "tool_choice"> {
  switch (form) {
    case "json_schema":
      return {
        response_format: { type: "json_schema", json_schema: { name, strict: true, schema } },
      };
    case "json_object":
      return { response_format: { type: "json_object" } };
    case "tool":
      return {
        tools: [{ type: "function", function: { name, parameters: schema } }],
        tool_choice: { type: "function", function: { name } },
      };
    case "text":
      return {};
  }
}

/** At the end of the instructions, which stay the same from turn to turn. */
function withSchema(
  { messages, prompt: { name, schema } }: Asked,
  dialect: Dialect,
): readonly PromptMessage[] {
  if (!dialect.schemaInPrompt) return messages;
  const order = `Answer with one JSON object of this schema and nothing else:\n${dataBlock("schema", { name, schema })}`;
  return messages.map((message, index) =>
    index === 0 ? { ...message, content: `${message.content}\n\n${order}` } : message,
  );
}

/** The picture goes with the last message of the user. */
function withImage(
  messages: readonly PromptMessage[],
  image: string | undefined,
): OpenAI.ChatCompletionMessageParam[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.map(({ role, content }, index) =>
    role === "user" && image !== undefined && index === last
      ? {
          role,
          content: [
            { type: "text", text: content },
            { type: "image_url", image_url: { url: image, detail: "auto" } },
          ],
        }
      : { role, content },
  );
}

/** Where nobody but the user may speak, the first message holds both: two of one role in a row are refused too. */
function instructedBy(
  { instructions }: Dialect,
  messages: OpenAI.ChatCompletionMessageParam[],
): OpenAI.ChatCompletionMessageParam[] {
  const [first, second, ...rest] = messages;
  if (first?.role !== "system" || instructions === "system") return messages;
  if (instructions === "developer") return [{ ...first, role: "developer" }, ...messages.slice(1)];
  const order = String(first.content);
  if (second?.role !== "user") return [{ role: "user", content: order }, ...messages.slice(1)];
  const { content } = second;
  const both =
    typeof content === "string"
      ? `${order}\n\n${content}`
      : [{ type: "text" as const, text: order }, ...content];
  return [{ role: "user", content: both }, ...rest];
}
