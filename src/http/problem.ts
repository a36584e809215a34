import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { AppError, type ErrorCode, errorMessage } from "../lib/errors.ts";
import { type CatalogueRow, errorCatalogue, errorCodes, isErrorCode } from "./error-catalogue.ts";

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
    code: Type.Unsafe<ErrorCode>(
      Type.Union(
        errorCodes.map((code) => Type.Literal(code)),
        { description: "One of a closed list; build on this." },
      ),
    ),
    detail: Type.String({ description: "This occurrence, for the engineer." }),
    userMessage: Type.String({ description: "What may be shown to the person who uses it." }),
    requestId: Type.String({ description: "Also in `X-Request-Id` and in every log line." }),
    errors: Type.Optional(Type.Array(FieldProblem)),
  },
  {
    title: "Problem",
    description: "Every error has this body.",
  },
);
export type Problem = Static<typeof Problem>;

export interface ProblemAnswer {
  body: Problem;
  retryAfterMs: number | undefined;
}

/** The answer for any thrown value; whatever carries no code of ours is `internal`. */
export function problemOf(
  error: unknown,
  requestId: string,
  errors = fieldsOf(error),
): ProblemAnswer {
  const code = problemCode(error);
  const row: CatalogueRow = errorCatalogue[code];
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

/** The fields that an `invalid_input` names in `details.fields`; undefined where it names none. */
function fieldsOf(error: unknown): readonly FieldProblem[] | undefined {
  const fields = error instanceof AppError ? error.details["fields"] : undefined;
  return Value.Check(Type.Array(FieldProblem), fields) ? fields : undefined;
}

/** Also of errors that carry a code of ours without being an AppError, as the queue's do. */
function problemCode(error: unknown): ErrorCode {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return isErrorCode(code) ? code : "internal";
}
