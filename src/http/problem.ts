import { type Static, Type } from "@sinclair/typebox";
import { AppError, type ErrorCode, errorMessage } from "../lib/errors.ts";

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

/** One field that is not as it should be. */
export const FieldProblem = Type.Object({
  path: Type.String({ description: "Where: `body.name`, `query.limit`." }),
  code: Type.String({ description: "`missing`, `unknown_field`, `invalid_format` or `invalid`." }),
  message: Type.String(),
});
export type FieldProblem = Static<typeof FieldProblem>;

/** The body of every error answer (RFC 9457 with our own members). */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "The code as a stable URN." }),
    title: Type.String({ description: "What the code means; the same for each occurrence." }),
    status: Type.Integer(),
    code: Type.String({ description: "One of a closed list; build on this." }),
    detail: Type.String({ description: "This occurrence, for the engineer." }),
    userMessage: Type.String({ description: "What may be shown to the person who uses it." }),
    requestId: Type.String({ description: "Also in `X-Request-Id` and in every log line." }),
    errors: Type.Optional(Type.Array(FieldProblem)),
  },
  {
    description: "Every error has this body.",
  },
);
export type Problem = Static<typeof Problem>;

interface Row {
  status: number;
  title: string;
  userMessage: string;
  /** Sent as Retry-After unless the error knows better. */
  retryAfterMs?: number;
}

const WAIT_AND_RETRY = "This is busy right now. Please try again in a moment.";
const OUR_FAULT = "Something went wrong on our side. Please try again.";
const RETRY_AFTER_MS = 5_000;

/** Every code's answer. `detail` of a status ≥ 500 is its title: what broke inside stays inside. */
const rows = {
  invalid_config: { status: 500, title: "Configuration is invalid", userMessage: OUR_FAULT },
  invalid_input: {
    status: 422,
    title: "Input is invalid",
    userMessage: "Please check what you entered.",
  },
  malformed_request: {
    status: 400,
    title: "Request cannot be read",
    userMessage: "The request could not be read.",
  },
  unauthenticated: {
    status: 401,
    title: "Not signed in",
    userMessage: "Please sign in and try again.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed",
    userMessage: "You are not allowed to do this.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    userMessage: "This does not exist, or not any more.",
  },
  conflict: {
    status: 409,
    title: "Conflict with the current state",
    userMessage: "Somebody changed this in the meantime. Reload and try again.",
  },
  already_exists: {
    status: 409,
    title: "It is there already",
    userMessage: "This exists already.",
  },
  in_use: {
    status: 409,
    title: "Something else still needs it",
    userMessage: "This is still in use and cannot be removed.",
  },
  precondition_failed: {
    status: 412,
    title: "It is not the version you edited",
    userMessage: "Somebody changed this in the meantime. Reload and make your change again.",
  },
  link_invalid: {
    status: 410,
    title: "The link was used, withdrawn or has expired",
    userMessage: "This link is no longer valid. Please ask for a new one.",
  },
  sign_up_closed: {
    status: 403,
    title: "Nobody may sign up here",
    userMessage: "New accounts cannot be made here. Ask for an invitation.",
  },
  window_closed: {
    status: 409,
    title: "WhatsApp's 24-hour window is closed",
    userMessage:
      "The lead has not written for 24 hours: WhatsApp now allows only an approved template.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "Idempotency key was used for another request",
    userMessage: "This was already used to send something else. Please send it again.",
  },
  signature_invalid: {
    status: 401,
    title: "Signature is missing or wrong",
    userMessage: "The sender could not be verified.",
  },
  too_many_requests: {
    status: 429,
    title: "Too many requests",
    userMessage: "That was too much at once. Please wait a moment.",
    retryAfterMs: RETRY_AFTER_MS,
  },
  payload_too_large: {
    status: 413,
    title: "Body is too large",
    userMessage: "This is too large to be sent.",
  },
  database_unavailable: {
    status: 503,
    title: "Database is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  queue_unavailable: {
    status: 503,
    title: "Queue is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  model_unavailable: {
    status: 503,
    title: "Model is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  whatsapp_unavailable: {
    status: 503,
    title: "WhatsApp is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  deadline_exceeded: {
    status: 504,
    title: "Took too long",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  poison: { status: 500, title: "Cannot be processed", userMessage: OUR_FAULT },
  internal: { status: 500, title: "Internal error", userMessage: OUR_FAULT },
} as const satisfies Record<ErrorCode, Row>;

export interface ProblemAnswer {
  body: Problem;
  retryAfterMs: number | undefined;
}

/** The answer for any thrown value; whatever carries no code of ours is `internal`. */
export function problemOf(
  error: unknown,
  requestId: string,
  errors?: readonly FieldProblem[],
): ProblemAnswer {
  const code = problemCode(error);
  const row: Row = rows[code];
  const asked = error instanceof AppError ? error.details["retryAfterMs"] : undefined;
  return {
    body: {
      type: `urn:leadline:problem:${code}`,
      title: row.title,
      status: row.status,
      code,
      detail: row.status >= 500 ? `${row.title}.` : errorMessage(error),
      userMessage: row.userMessage,
      requestId,
      ...(errors && { errors: [...errors] }),
    },
    retryAfterMs: typeof asked === "number" ? asked : row.retryAfterMs,
  };
}

/** Also of errors that carry a code of ours without being an AppError, as the queue's do. */
function problemCode(error: unknown): ErrorCode {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return isErrorCode(code) ? code : "internal";
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(rows, code);
}
