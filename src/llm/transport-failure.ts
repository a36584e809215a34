import OpenAI from "openai";
import type { LlmCall } from "../funnel/turn.ts";
import { isJsonObject } from "../lib/json.ts";
import type { Complaint } from "./dialect.ts";

/** No usable response: the network, the server, or our patience. */
export interface Failure {
  kind: "failure";
  outcome: Extract<
    LlmCall["outcome"],
    "timeout" | "rate_limited" | "refused" | "error" | "aborted"
  >;
  errorClass: string;
  /** How long the server asked to be left alone. */
  retryAfterMs: number | null;
  /** True when the same request can only fail again: the server understood it and said no. */
  permanent: boolean;
  /** What the server said about the request, where it did not take it. May quote the request: never logged. */
  complaint?: Complaint;
  /** What the model had written, where the server did not let it through. */
  rejectedAnswer?: string;
  /** Nothing can have been billed: it never arrived, or the server said no. */
  unbilled?: true;
}

/** What was known from outside when the request failed. */
interface Cut {
  /** The caller's signal fired. */
  aborted: boolean;
  /** The attempt's own time ran out. */
  expired: boolean;
}

/** The request itself is at fault; waiting will not help. */
const PERMANENT_STATUSES: readonly number[] = [400, 413, 422];
/** Where a server says that it does not know a part of the request. */
const REFUSING_STATUSES: readonly number[] = [400, 404, 415, 422, 500, 501];
/** The server checks the answer itself, and says so instead of passing it on (Groq). */
const REJECTED_CODES: readonly string[] = ["json_validate_failed", "tool_use_failed"];
const POLICY_CODES: readonly string[] = [
  "content_policy_violation",
  "invalid_prompt",
  "content_filter",
];

/** Sorts whatever the SDK threw into what is recorded and what is done about it. */
export function classifyFailure(error: unknown, { aborted, expired }: Cut): Failure {
  const failure = { kind: "failure", retryAfterMs: null, permanent: false } as const;
  if (aborted) return { ...failure, outcome: "aborted", errorClass: "aborted" };
  if (expired || error instanceof OpenAI.APIConnectionTimeoutError) {
    return { ...failure, outcome: "timeout", errorClass: "timeout" };
  }
  if (error instanceof OpenAI.APIConnectionError) {
    const unsent = neverArrived(error) ? ({ unbilled: true } as const) : {};
    return { ...failure, ...unsent, outcome: "error", errorClass: "connection" };
  }
  if (error instanceof OpenAI.APIError && error.status !== undefined) {
    return {
      ...failure,
      ...classifyStatus(error.status, error.code),
      unbilled: true,
      retryAfterMs: retryAfterMs(error.headers),
      ...(REFUSING_STATUSES.includes(error.status) && { complaint: complaintOf(error) }),
      ...rejectedAnswer(error),
    };
  }
  return { ...failure, outcome: "error", errorClass: "malformed_response" };
}

/** Codes of Bun and of Node for a connection that never came about. */
const NO_CONNECTION =
  /ConnectionRefused|FailedToOpenSocket|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH/;

/** Looks through what the SDK has wrapped. */
function neverArrived(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return NO_CONNECTION.test(code) || neverArrived(error.cause);
}

function classifyStatus(
  status: number,
  code: string | null | undefined,
): Pick<Failure, "outcome" | "errorClass" | "permanent"> {
  const permanent = PERMANENT_STATUSES.includes(status);
  if (permanent && POLICY_CODES.includes(code ?? "")) {
    return { outcome: "refused", errorClass: "content_policy", permanent };
  }
  const outcome = status === 429 ? "rate_limited" : "error";
  return { outcome, errorClass: `http_${status}`, permanent };
}

function complaintOf({ message, param }: InstanceType<typeof OpenAI.APIError>): Complaint {
  return { message, param: typeof param === "string" && param !== "" ? param : null };
}

function rejectedAnswer({ code, error }: InstanceType<typeof OpenAI.APIError>) {
  if (!REJECTED_CODES.includes(code ?? "")) return {};
  const written = isJsonObject(error) ? error["failed_generation"] : undefined;
  return { rejectedAnswer: typeof written === "string" ? written : "" };
}

/** OpenAI's millisecond header, else the standard one in seconds. Dates are not used by model APIs. */
function retryAfterMs(headers: Headers | undefined): number | null {
  const inMs = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (inMs >= 0) return Math.round(inMs);
  const inSeconds = Number(headers?.get("retry-after") ?? Number.NaN);
  return inSeconds >= 0 ? Math.round(inSeconds * 1_000) : null;
}
