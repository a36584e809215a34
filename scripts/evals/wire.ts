import { isJsonObject } from "../../src/lib/json.ts";
import { stepNamed } from "./step-named.ts";

/** One request to the model and what came back, as they went over HTTP. */
export interface Exchange {
  /** brain, mouth, memory; null if the request does not say. */
  step: string | null;
  /** Text of the system message, with instructions and business. */
  system: string;
  status: number;
  /** What the model said, raw; null for none. */
  content: string | null;
  finishReason: string | null;
}

/** A request as the responder sees it. */
export interface WireRequest {
  /** Which trial asks. */
  key: string;
  step: string | null;
  /** After the version: "/chat/completions". */
  path: string;
  headers: Headers;
  text: string;
  json: unknown;
  signal: AbortSignal;
}

export type Responder = (request: WireRequest) => Response | Promise<Response>;

/** The server between the thinker and whoever answers. Each trial has its own base address on it. */
export interface Wire extends AsyncDisposable {
  baseUrl(key: string): string;
  /** Takes what a trial has asked so far. */
  take(key: string): readonly Exchange[];
}

/** The slowest model answers within the turn's deadline; an idle connection may wait as long. */
const IDLE_TIMEOUT_S = 120;

/** Opens a local OpenAI-compatible server that notes every exchange and lets `respond` answer. */
export function openWire(respond: Responder): Wire {
  const noted = new Map<string, Exchange[]>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: IDLE_TIMEOUT_S,
    fetch: async (incoming) => {
      const [, key = "", , ...path] = new URL(incoming.url).pathname.split("/");
      const text = await incoming.text();
      const json: unknown = text === "" ? undefined : JSON.parse(text);
      const step = stepNamed(json);
      const { headers, signal } = incoming;
      const answer = await respond({
        key,
        step,
        path: `/${path.join("/")}`,
        headers,
        text,
        json,
        signal,
      });
      const body = await answer.text();
      if (path.join("/") === "chat/completions") {
        const exchanges = noted.get(key) ?? [];
        exchanges.push({ step, system: systemText(json), status: answer.status, ...said(body) });
        noted.set(key, exchanges);
      }
      return new Response(body, { status: answer.status, headers: passedOn(answer.headers) });
    },
  });
  return {
    baseUrl: (key) => `http://127.0.0.1:${server.port}/${encodeURIComponent(key)}/v1`,
    take(key) {
      const exchanges = noted.get(key) ?? [];
      noted.delete(key);
      return exchanges;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function systemText(json: unknown): string {
  const messages = isJsonObject(json) && Array.isArray(json["messages"]) ? json["messages"] : [];
  const system: unknown = messages.find((one) => isJsonObject(one) && one["role"] === "system");
  return isJsonObject(system) && typeof system["content"] === "string" ? system["content"] : "";
}

function said(body: string): Pick<Exchange, "content" | "finishReason"> {
  try {
    const choice = JSON.parse(body).choices?.[0];
    const calls = choice?.message?.tool_calls?.[0]?.function?.arguments;
    return {
      content: choice?.message?.content ?? calls ?? null,
      finishReason: choice?.finish_reason ?? null,
    };
  } catch {
    return { content: null, finishReason: null };
  }
}

/** What a client acts upon. Lengths and encodings are this server's own. */
function passedOn(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of ["content-type", "retry-after", "retry-after-ms", "x-request-id"]) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}
