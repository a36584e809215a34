import type { ErrorCode } from "../lib/errors.ts";

export interface CatalogueRow {
  status: number;
  title: string;
  /** What the caller's developer should do about it. Markdown. */
  remedy: string;
  /** What may be shown to the person in front of the screen. */
  userMessage: string;
  /** Sent as Retry-After unless the error knows better. */
  retryAfterMs?: number;
}

const WAIT_AND_RETRY = "This is busy right now. Please try again in a moment.";
const OUR_FAULT = "Something went wrong on our side. Please try again.";
const RETRY_AFTER_MS = 5_000;

/** Every code's answer. `detail` of a status ≥ 500 is its title: what broke inside stays inside. */
export const errorCatalogue = {
  invalid_config: {
    remedy:
      "The installation is set up wrongly: its operator reads the log, which lists every problem.",
    status: 500,
    title: "Configuration is invalid",
    userMessage: OUR_FAULT,
  },
  invalid_input: {
    remedy: "Do not repeat it as it is. `errors` names each field, what is wrong with it and why.",
    status: 422,
    title: "Input is invalid",
    userMessage: "Please check what you entered.",
  },
  malformed_request: {
    remedy: "Send a body that is valid JSON, with `Content-Type: application/json`.",
    status: 400,
    title: "Request cannot be read",
    userMessage: "The request could not be read.",
  },
  unauthenticated: {
    remedy: "Sign in, refresh the access token, or use a living API key; then repeat.",
    status: 401,
    title: "Not signed in",
    userMessage: "Please sign in and try again.",
  },
  forbidden: {
    remedy:
      "The role or the key's scopes do not include this. Ask an owner or admin, or use another key.",
    status: 403,
    title: "Not allowed",
    userMessage: "You are not allowed to do this.",
  },
  not_found: {
    remedy:
      "It does not exist, was deleted, or belongs to another organization: these look the same.",
    status: 404,
    title: "Not found",
    userMessage: "This does not exist, or not any more.",
  },
  conflict: {
    remedy: "Read the thing again and decide anew; `detail` says what stands in the way.",
    status: 409,
    title: "Conflict with the current state",
    userMessage: "Somebody changed this in the meantime. Reload and try again.",
  },
  precondition_failed: {
    remedy: "Read it again, make the change on the new version and send its `ETag` as `If-Match`.",
    status: 412,
    title: "It is not the version you edited",
    userMessage: "Somebody changed this in the meantime. Reload and make your change again.",
  },
  window_closed: {
    remedy: "Send an approved template, or wait until the lead writes.",
    status: 409,
    title: "WhatsApp's 24-hour window is closed",
    userMessage:
      "The lead has not written for 24 hours: WhatsApp now allows only an approved template.",
  },
  not_evaluated: {
    remedy:
      "Run the golden set on it, `bun run evals --live --prompt <id>`, and try again. The built-in version needs no run.",
    status: 409,
    title: "Prompt version has not been evaluated",
    userMessage: "This version has not been tested yet, so it cannot go live.",
  },
  evaluation_failed: {
    remedy:
      "`detail` names the cases that failed. Change the instructions, then run `bun run evals --live --prompt <id>` again.",
    status: 409,
    title: "Prompt version failed its evaluation",
    userMessage: "This version did not pass its tests, so it cannot go live.",
  },
  idempotency_key_reused: {
    remedy: "Make a new key for each new act; repeat a key only with the very same request.",
    status: 422,
    title: "Idempotency key was used for another request",
    userMessage: "This was already used to send something else. Please send it again.",
  },
  signature_invalid: {
    remedy: "Sign the raw bytes with the app secret of the app that the number belongs to.",
    status: 401,
    title: "Signature is missing or wrong",
    userMessage: "The sender could not be verified.",
  },
  too_many_requests: {
    remedy: "Wait as long as `Retry-After` says; `RateLimit-*` headers tell how much is left.",
    status: 429,
    title: "Too many requests",
    userMessage: "That was too much at once. Please wait a moment.",
    retryAfterMs: RETRY_AFTER_MS,
  },
  payload_too_large: {
    remedy: "Send less: bodies may have 1 MiB, webhooks 3 MiB.",
    status: 413,
    title: "Body is too large",
    userMessage: "This is too large to be sent.",
  },
  database_unavailable: {
    remedy: "Repeat after `Retry-After`, with the same `Idempotency-Key` if it had one.",
    status: 503,
    title: "Database is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  queue_unavailable: {
    remedy: "Repeat after `Retry-After`, with the same `Idempotency-Key` if it had one.",
    status: 503,
    title: "Queue is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  model_unavailable: {
    remedy: "Repeat after `Retry-After`.",
    status: 503,
    title: "Model is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  whatsapp_unavailable: {
    remedy: "Repeat after `Retry-After`. Nothing was changed at Meta as far as we know.",
    status: 503,
    title: "WhatsApp is unavailable",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  deadline_exceeded: {
    remedy:
      "Nobody knows whether it happened. Look first, then repeat with the same `Idempotency-Key`.",
    status: 504,
    title: "Took too long",
    userMessage: WAIT_AND_RETRY,
    retryAfterMs: RETRY_AFTER_MS,
  },
  poison: {
    remedy: "A queue entry that no try can process; operators find it among the dead letters.",
    status: 500,
    title: "Cannot be processed",
    userMessage: OUR_FAULT,
  },
  internal: {
    remedy: "A fault of ours. Repeat once; if it stays, report the `requestId`.",
    status: 500,
    title: "Internal error",
    userMessage: OUR_FAULT,
  },
} as const satisfies Record<ErrorCode, CatalogueRow>;

/** Every code, those of callers first, in the order of their status. */
export const errorCodes: readonly ErrorCode[] = Object.keys(errorCatalogue)
  .filter(isErrorCode)
  .toSorted((one, other) => errorCatalogue[one].status - errorCatalogue[other].status);

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorCatalogue, code);
}

/** The whole list as a Markdown table. */
export function renderErrorTable(): string {
  const lines = errorCodes.map((code) => {
    const { status, title, remedy, userMessage } = errorCatalogue[code];
    return `| ${status} | \`${code}\` | ${title}. ${remedy} | ${userMessage} |`;
  });
  return [
    "| status | code | what it means, and what to do | what people may read |",
    "| --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}
