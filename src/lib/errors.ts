/** Every code Leadline can fail with. Closed: a new code needs a row in each table that lists them. */
export type ErrorCode =
  | "invalid_config"
  | "invalid_input"
  | "malformed_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "precondition_failed"
  | "window_closed"
  | "not_evaluated"
  | "evaluation_failed"
  | "idempotency_key_reused"
  | "signature_invalid"
  | "too_many_requests"
  | "payload_too_large"
  | "database_unavailable"
  | "queue_unavailable"
  | "model_unavailable"
  | "whatsapp_unavailable"
  | "deadline_exceeded"
  | "poison"
  | "internal";

/**
 * The one error class of the product. `message` is a sentence for the engineer; `details` are facts
 * safe to log (ids, counts, codes), never customer text or secrets.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** The code of any thrown value; whatever is not ours is `internal`. */
export function errorCode(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : "internal";
}

/** The message of any thrown value, for logs and stored errors. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
