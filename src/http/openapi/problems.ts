import { AppError, type ErrorCode } from "../../lib/errors.ts";
import { errorCatalogue, isErrorCode } from "../error-catalogue.ts";
import { PROBLEM_CONTENT_TYPE, problemOf } from "../problem.ts";
import type { Json } from "./schema.ts";

const EXAMPLE_REQUEST_ID = "019aabcd-1234-7000-8000-000000000000";

/** Each code's body, once: operations refer to it. */
export function problemExamples(codes: readonly ErrorCode[]): Json {
  return Object.fromEntries(
    codes.map((code) => {
      const { body } = problemOf(new AppError(code, "What is wrong here."), EXAMPLE_REQUEST_ID);
      const field = { path: "body.name", code: "missing", message: "Expected required property" };
      const value = code === "invalid_input" ? { ...body, errors: [field] } : body;
      return [code, { summary: errorCatalogue[code].title, value }];
    }),
  );
}

/** One answer per status; codes that share one are examples side by side. */
export function problemResponses(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${errorCatalogue[code].title}.`).join(" "),
        content: {
          [PROBLEM_CONTENT_TYPE]: {
            schema: { $ref: "#/components/schemas/Problem" },
            examples: Object.fromEntries(
              group.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      },
    ]),
  );
}

/** What the route's author listed, and what follows from the shape of the operation. */
export function problemCodes(operation: Json, headerNames: readonly string[]): ErrorCode[] {
  const listed = [operation["x-problems"] ?? []].flat().filter(isErrorCode);
  const implied: ErrorCode[] = ["internal"];
  if (operation["requestBody"] !== undefined)
    implied.push("malformed_request", "payload_too_large");
  if (headerNames.includes("Idempotency-Key")) implied.push("idempotency_key_reused");
  if (headerNames.includes("If-Match")) implied.push("precondition_failed");
  return [...new Set([...listed, ...implied])];
}
