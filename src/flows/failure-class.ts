import { AppError, type ErrorCode, errorCode } from "../lib/errors.ts";

/** What a failed entry's error means for the entry. */
export interface FailureClass {
  /** transient: try again. dependency: it is away, no try is spent. poison: no try can succeed. */
  class: "transient" | "dependency" | "poison";
  dependency?: "postgres" | "model";
  /** How long the dependency asked to be left alone. */
  retryAfterMs?: number;
}

const transient: FailureClass = { class: "transient" };
const poison: FailureClass = { class: "poison" };

const classes = {
  database_unavailable: { class: "dependency", dependency: "postgres" },
  queue_unavailable: transient,
  model_unavailable: { class: "dependency", dependency: "model" },
  whatsapp_unavailable: transient,
  deadline_exceeded: transient,
  conflict: transient,
  internal: transient,
  too_many_requests: transient,
  poison,
  invalid_config: poison,
  invalid_input: poison,
  malformed_request: poison,
  unauthenticated: poison,
  forbidden: poison,
  not_found: poison,
  precondition_failed: poison,
  window_closed: poison,
  not_evaluated: poison,
  evaluation_failed: poison,
  idempotency_key_reused: poison,
  signature_invalid: poison,
  payload_too_large: poison,
} as const satisfies Record<ErrorCode, FailureClass>;

/** The class of any thrown value; what is not ours may be a passing fault. */
export function failureClass(error: unknown): FailureClass {
  const found: FailureClass = classes[errorCode(error)];
  const retryAfterMs = askedPauseMs(error);
  return found.class === "dependency" && retryAfterMs > 0 ? { ...found, retryAfterMs } : found;
}

/** How long whoever failed asked to be left alone; 0 when it did not. */
export function askedPauseMs(error: unknown): number {
  const asked = error instanceof AppError ? error.details["retryAfterMs"] : undefined;
  return typeof asked === "number" ? asked : 0;
}
