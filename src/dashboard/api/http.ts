/// <reference lib="dom" />
import { isJsonObject, tryParseJson } from "../../lib/json.ts";
import { texts } from "../texts.ts";

const DEADLINE_MS = 15_000;

/** An answer that is no success. `status` 0: no answer came. `message` may be shown to the person. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Call {
  body?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** GETs what a model of the API describes. @throws ApiError */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return await call<Answer>("GET", path, signal ? { signal } : {});
}

/** POSTs, with a JSON body where there is one. @throws ApiError */
export async function post<Answer>(path: string, options: Call = {}): Promise<Answer> {
  return await call<Answer>("POST", path, options);
}

/** The type is the caller's word: the server checks its answers by the same model. */
async function call<Answer>(method: string, path: string, options: Call): Promise<Answer> {
  const { body, headers, signal } = options;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const answer = await fetch(`/api/v1${path}`, {
    method,
    credentials: "same-origin",
    headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : null,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  }).catch(() => {
    throw new ApiError(0, "unreachable", texts.errors.unreachable);
  });
  const text = await answer.text();
  const value = tryParseJson(text);
  if (!answer.ok) throw problemOf(answer.status, value);
  return value as Answer;
}

function problemOf(status: number, value: unknown): ApiError {
  const problem = isJsonObject(value) ? value : {};
  const { code, userMessage } = problem;
  return new ApiError(
    status,
    typeof code === "string" ? code : "unknown",
    typeof userMessage === "string" ? userMessage : texts.errors.unknown,
  );
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** The sentence for a person of anything that was thrown. */
export function sayError(error: unknown): string {
  return error instanceof ApiError ? error.message : texts.errors.unknown;
}
