import { AppError, errorMessage } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";

export interface FieldProblem {
  path: string;
  message: string;
}

const statusOf: Readonly<Record<string, number>> = {
  invalid_input: 422,
  not_found: 404,
  deadline_exceeded: 504,
};

function problem(status: number, code: string, detail: string, errors?: readonly FieldProblem[]) {
  const body = {
    type: "about:blank",
    title: code.replaceAll("_", " "),
    status,
    code,
    detail,
    userMessage: detail,
    requestId: newId(),
    ...(errors ? { errors } : {}),
  };
  return Response.json(body, {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

/** What Elysia's validation error says, one row per field; empty for anything else. */
function fieldProblems(error: unknown): FieldProblem[] {
  if (typeof error !== "object" || error === null || !("all" in error)) return [];
  const { all } = error;
  if (!Array.isArray(all)) return [];
  return all.flatMap((row: { path?: unknown; summary?: unknown; message?: unknown }) =>
    typeof row.path === "string"
      ? [{ path: row.path || "/", message: String(row.summary ?? row.message ?? "is not valid") }]
      : [],
  );
}

/** The problem body for whatever a control route threw. `code` is Elysia's. */
export function problemFor(code: string | number, error: unknown): Response {
  if (error instanceof AppError) {
    return problem(statusOf[error.code] ?? 500, error.code, error.message);
  }
  if (code === "VALIDATION") {
    const errors = fieldProblems(error);
    const first = errors[0];
    const detail = first ? `${first.path}: ${first.message}` : "The request is not valid.";
    return problem(422, "invalid_input", detail, errors);
  }
  if (code === "PARSE") return problem(400, "invalid_input", "The body is not JSON.");
  return problem(500, "internal", errorMessage(error));
}
