import { TransformDecodeCheckError, type ValueError } from "@sinclair/typebox/value";
import { Elysia, NotFoundError, ParseError, ValidationError } from "elysia";
import { AppError, errorMessage } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import { type FieldProblem, PROBLEM_CONTENT_TYPE, problemOf } from "../problem.ts";
import { requestIdOf } from "./request-id.ts";

/** TypeBox's numbers for the kinds of field error that have a name of their own. */
const UNKNOWN_FIELD = 42;
const MISSING_FIELD = 45;
const WRONG_FORMAT = 50;

/**
 * Turns whatever is thrown, by our code or by Elysia, into a problem answer. Register it before any
 * route. Failures of ours (5xx) are logged with what really happened.
 */
export function errors({ log }: { log: Log }) {
  return new Elysia({ name: "errors" }).onError({ as: "global" }, ({ error, set, request }) => {
    const requestId = requestIdOf(set);
    const known = translate(error, request);
    const { body, retryAfterMs } = problemOf(known.error, requestId, known.errors);
    if (body.status >= 500) logFailure(log, known.error, requestId, request);
    set.status = body.status;
    set.headers["content-type"] = PROBLEM_CONTENT_TYPE;
    set.headers["cache-control"] = "no-store";
    if (retryAfterMs !== undefined) {
      set.headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
    }
    return JSON.stringify(body);
  });
}

interface Translated {
  error: unknown;
  errors?: FieldProblem[];
}

/** Elysia's own errors in our words. */
function translate(error: unknown, request: Request): Translated {
  if (error instanceof NotFoundError) {
    return { error: new AppError("not_found", "There is nothing at this address.") };
  }
  if (error instanceof ParseError) {
    return { error: new AppError("malformed_request", "The body is not what its type says.") };
  }
  if (error instanceof ValidationError) return translateValidation(error, request);
  // Of lists in an address, which Elysia takes apart before it looks at them.
  if (error instanceof TransformDecodeCheckError) {
    const path = coercedField(error.value, request);
    return {
      error: new AppError("invalid_input", `Not as it should be: ${path}.`),
      errors: [{ path, code: "invalid", message: error.error.message }],
    };
  }
  return { error };
}

/** An answer of ours that breaks its own schema is our failure, not the caller's. */
function translateValidation(error: ValidationError, request: Request): Translated {
  if (error.type === "response") {
    return { error: new AppError("internal", "An answer did not match its schema.", {}, error) };
  }
  const source = error.type === "property" ? coercedField(error.value, request) : error.type;
  const byPath = new Map<string, FieldProblem>();
  for (const { path, message, type } of error.all.flatMap(insideNullable)) {
    const where = `${source}${path.replaceAll("/", ".")}`;
    if (!byPath.has(where)) byPath.set(where, { path: where, code: fieldCode(type), message });
  }
  const errors = [...byPath.values()];
  const places = errors.map(({ path }) => path).join(", ");
  return { error: new AppError("invalid_input", `Not as it should be: ${places}.`), errors };
}

/** Of "this, or null" it is told what is wrong with this: that it is not null is plain. */
function insideNullable(error: ValueError): ValueError[] {
  const { anyOf } = error.schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || error.value === null) return [error];
  const written = anyOf.findIndex(({ type }) => type !== "null");
  const inner = [...(error.errors[written] ?? [])].flatMap(insideNullable);
  return anyOf.some(({ type }) => type === "null") && inner.length > 0 ? inner : [error];
}

/**
 * Elysia forgets which field a number or date of the address was read from, and keeps its value
 * only: the query is searched for that.
 */
function coercedField(value: unknown, request: Request): string {
  for (const [name, raw] of new URL(request.url).searchParams) {
    if (raw === String(value) || Number(raw) === value) return `query.${name}`;
  }
  return "params";
}

function fieldCode(type: number): string {
  if (type === UNKNOWN_FIELD) return "unknown_field";
  if (type === MISSING_FIELD) return "missing";
  return type === WRONG_FORMAT ? "invalid_format" : "invalid";
}

function logFailure(log: Log, error: unknown, requestId: string, request: Request): void {
  const cause = error instanceof Error ? error.cause : undefined;
  log.error(
    {
      requestId,
      method: request.method,
      path: new URL(request.url).pathname,
      error: errorMessage(error),
      ...(error instanceof AppError && { code: error.code, ...error.details }),
      ...(cause !== undefined && { cause: errorMessage(cause) }),
      ...(error instanceof Error && { stack: error.stack }),
    },
    "request failed",
  );
}
