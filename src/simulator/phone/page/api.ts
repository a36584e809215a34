/// <reference lib="dom" />
import type {
  ChatAnswer,
  ClockAnswer,
  PersonasAnswer,
  PhoneSend,
  SendAnswer,
} from "../contract.ts";

const API = "/simulator/api";
const DEADLINE_MS = 15_000;

/** A request that did not succeed; the message is a sentence for the person at the phone. */
class ApiProblem extends Error {
  override readonly name = "ApiProblem";
}

/** Holds because the process that serves this page serves this API, both compiled against contract.ts. */
function trusted<Answer>(value: unknown): Answer {
  return value as Answer;
}

function sentenceOf(problem: unknown, status: number): string {
  if (typeof problem === "object" && problem !== null) {
    const { userMessage, detail } = trusted<{ userMessage?: unknown; detail?: unknown }>(problem);
    if (typeof userMessage === "string" && userMessage !== "") return userMessage;
    if (typeof detail === "string" && detail !== "") return detail;
  }
  return status >= 500
    ? "Leadline could not take this just now."
    : `Leadline refused this (HTTP ${status}).`;
}

async function request<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`${API}${path}`, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    throw new ApiProblem("Leadline does not answer. Is it still running?");
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiProblem(sentenceOf(body, response.status));
  if (body === null) throw new ApiProblem("Leadline's answer could not be read.");
  return trusted<Answer>(body);
}

function post<Answer>(path: string, body: unknown): Promise<Answer> {
  return request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** The people one can play, and the business they write to. Throws ApiProblem, like all of these. */
export function fetchPersonas(): Promise<PersonasAnswer> {
  return request("/personas");
}

/** One person's whole chat, oldest first. */
export function fetchChat(persona: string): Promise<ChatAnswer> {
  return request(`/chats/${encodeURIComponent(persona)}`);
}

/** Sends as the lead. */
export function postMessage(send: PhoneSend): Promise<SendAnswer> {
  return post("/messages", send);
}

/** Anything else a phone can do; `path` is the control API's. */
export function postAct(path: string, body: Record<string, unknown>): Promise<unknown> {
  return post(path, body);
}

/** Moves the business clock forward. */
export function advanceClock(advanceMs: number): Promise<ClockAnswer> {
  return post("/clock", { advanceMs });
}

/** The sentence of any failure. */
export function problemSentence(error: unknown): string {
  return error instanceof ApiProblem ? error.message : "Something went wrong on this page.";
}
