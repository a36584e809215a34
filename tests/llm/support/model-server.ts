import { newId } from "../../../src/lib/ids.ts";

/** What the double received, parsed. */
export interface ModelRequest {
  model: string;
  messages: { role: string; content: string }[];
  response_format: {
    type: string;
    json_schema: { name: string; strict: boolean; schema: Record<string, unknown> };
  };
  max_completion_tokens: number;
}

/** One scripted answer; a function may look at the request or wait. */
export type Reply = Response | ((request: ModelRequest) => Response | Promise<Response>);

export interface ModelServer {
  baseUrl: string;
  requests: ModelRequest[];
  stop(): Promise<void>;
}

/** A tiny OpenAI-compatible server that answers each call with the next reply of its script. */
export function startModelServer(script: readonly Reply[]): ModelServer {
  const requests: ModelRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (incoming) => {
      if (new URL(incoming.url).pathname !== "/v1/chat/completions") {
        return new Response("no such page", { status: 404 });
      }
      const request = asModelRequest(await incoming.json());
      const reply = script[requests.length];
      requests.push(request);
      if (reply === undefined)
        return Response.json({ error: { message: "script over" } }, { status: 418 });
      return typeof reply === "function" ? await reply(request) : reply;
    },
  });
  return {
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    requests,
    stop: () => server.stop(true),
  };
}

// The client under test is the only caller; a wrong body fails the test that reads it.
function asModelRequest(body: unknown): ModelRequest {
  return body as ModelRequest;
}

interface CompletionParts {
  content?: string | null;
  refusal?: string | null;
  finishReason?: string;
  model?: string;
  usage?: unknown;
}

/** A chat completion as OpenAI writes it, with a usage that has cached and reasoning tokens. */
export function completion(parts: CompletionParts): Response {
  return Response.json({
    id: `chatcmpl-${newId()}`,
    object: "chat.completion",
    model: parts.model ?? "double-1-2026-01-01",
    choices: [
      {
        index: 0,
        finish_reason: parts.finishReason ?? "stop",
        message: {
          role: "assistant",
          content: parts.content ?? null,
          refusal: parts.refusal ?? null,
        },
      },
    ],
    usage:
      parts.usage === undefined
        ? {
            prompt_tokens: 1_500,
            completion_tokens: 120,
            total_tokens: 1_620,
            prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 0 },
            completion_tokens_details: { reasoning_tokens: 64 },
          }
        : parts.usage,
  });
}

/** A completion whose content is this value as JSON. */
export function answering(value: unknown): Response {
  return completion({ content: JSON.stringify(value) });
}

/** An error in OpenAI's shape. */
export function failing(
  status: number,
  headers: Record<string, string> = {},
  code = "x",
): Response {
  return Response.json({ error: { message: "no", type: "t", code } }, { status, headers });
}

/** Never answers; settles only when the double stops. */
export function hanging(): Promise<Response> {
  return new Promise(() => undefined);
}
