import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { Problem, problemOf } from "../../src/http/problem.ts";
import { AppError, type ErrorCode } from "../../src/lib/errors.ts";
import { QueueUnavailableError } from "../../streams/errors.ts";

const statuses: Record<ErrorCode, number> = {
  invalid_config: 500,
  invalid_input: 422,
  malformed_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  window_closed: 409,
  not_evaluated: 409,
  evaluation_failed: 409,
  idempotency_key_reused: 422,
  signature_invalid: 401,
  too_many_requests: 429,
  payload_too_large: 413,
  database_unavailable: 503,
  queue_unavailable: 503,
  model_unavailable: 503,
  whatsapp_unavailable: 503,
  deadline_exceeded: 504,
  poison: 500,
  internal: 500,
};

describe("a problem", () => {
  test.each(Object.entries(statuses))(
    "of code %s has status %d and says what to do",
    (code, status) => {
      const { body, retryAfterMs } = problemOf(new AppError(code as ErrorCode, "Facts."), "r1");
      expect(Value.Check(Problem, body)).toBe(true);
      expect(body).toMatchObject({
        status,
        code,
        type: `urn:leadline:problem:${code}`,
        requestId: "r1",
      });
      expect(body.userMessage).toEndWith(".");
      expect(retryAfterMs !== undefined).toBe([429, 503, 504].includes(status));
    },
  );

  test("tells the caller's mistake in detail, but never what broke inside", () => {
    expect(problemOf(new AppError("conflict", "Taken by A."), "r").body.detail).toBe("Taken by A.");
    const inside = problemOf(new AppError("database_unavailable", "10.0.0.7 refused"), "r");
    expect(JSON.stringify(inside)).not.toContain("10.0.0.7");
    expect(JSON.stringify(problemOf(new Error("secret"), "r"))).not.toContain("secret");
  });

  test("keeps the code of an error that is not our class, and takes anything else as internal", () => {
    expect(problemOf(new QueueUnavailableError("x"), "r").body.code).toBe("queue_unavailable");
    for (const thrown of [
      new Error("x"),
      Object.assign(new Error("x"), { code: "toString" }),
      7,
      null,
    ]) {
      expect(problemOf(thrown, "r").body.code).toBe("internal");
    }
  });

  test("waits as long as the error asks", () => {
    const error = new AppError("too_many_requests", "x", { retryAfterMs: 42_000 });
    expect(problemOf(error, "r").retryAfterMs).toBe(42_000);
  });
});
