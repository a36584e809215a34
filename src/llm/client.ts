import OpenAI, { AzureOpenAI } from "openai";
import { withinTime } from "../lib/deadline.ts";
import { AppError } from "../lib/errors.ts";
import { isJsonObject, tryParseJson } from "../lib/json.ts";
import { readEndpoint } from "./endpoint.ts";
import { classifyFailure, type Failure } from "./transport-failure.ts";

/** A client for any server that speaks OpenAI's API. It never retries by itself. */
export function openClient({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): OpenAI {
  const { url, apiVersion, isDatedAzure } = readEndpoint(baseUrl);
  const options = {
    baseURL: url,
    apiKey,
    maxRetries: 0,
    fetch: fetchWithPlainErrors,
    // Explicit, because the SDK would otherwise read the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
  } as const;
  if (apiVersion === null) return new OpenAI(options);
  return isDatedAzure
    ? new AzureOpenAI({ ...options, apiVersion })
    : new OpenAI({ ...options, defaultQuery: { "api-version": apiVersion } });
}

/** Some servers put what is wrong at the top of the body (`message`, `detail`); the SDK reads `error` alone. */
async function fetchWithPlainErrors(
  url: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(url, init);
  if (response.status < 400) return response;
  const text = await response.text();
  const body = tryParseJson(text);
  const isPlain = isJsonObject(body) && !("error" in body);
  const { status, headers } = response;
  if (!isPlain) return new Response(text, { status, headers });
  const message = body["message"] ?? body["detail"] ?? body;
  return Response.json({ error: { message } }, { status, headers: retryHeaders(headers) });
}

/** The rest describes a body that is no longer there. */
function retryHeaders(headers: Headers): Record<string, string> {
  const kept = ["retry-after", "retry-after-ms"] as const;
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/**
 * One request, cut off with `signal` or after `timeoutMs`. The SDK's own timer is only a backstop; ours
 * also covers a body that never ends.
 */
export async function call(
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
  request: (options: { signal: AbortSignal }) => PromiseLike<unknown>,
): Promise<{ ok: true; body: unknown } | { ok: false; failure: Failure }> {
  return await withinTime({ deadlineMs: timeoutMs, stop: signal }, async (cut, state) => {
    try {
      return { ok: true, body: await request({ signal: cut }) };
    } catch (error) {
      const { expired } = state;
      return { ok: false, failure: classifyFailure(error, { aborted: signal.aborted, expired }) };
    }
  });
}

/** An answer that is none: a proxy's page, cut JSON … */
export const malformedResponse: Failure = {
  kind: "failure",
  outcome: "error",
  errorClass: "malformed_response",
  retryAfterMs: null,
  permanent: false,
};

/** Throws if the run was called off: the signal's own AppError, else `deadline_exceeded`. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof AppError) throw signal.reason;
  throw new AppError("deadline_exceeded", "Thinking was called off.", {}, signal.reason);
}

/** Whose prices apply: known hosts by name, others by host, so that a stranger is never mispriced. */
export function providerName(baseUrl: string): string {
  const { hostname, pathname } = new URL(baseUrl);
  if (hostname === "api.openai.com" || hostname.endsWith(".api.openai.com")) return "openai";
  return pathname.startsWith("/simulator/") ? "simulator" : hostname;
}
