import { describe, expect, test } from "bun:test";
import { askedPauseMs, failureClass } from "../../src/flows/failure-class.ts";
import { AppError, type ErrorCode } from "../../src/lib/errors.ts";
import { dependencies } from "../../streams/topology.ts";

const expected: Record<ErrorCode, string> = {
  database_unavailable: "dependency postgres",
  model_unavailable: "dependency model",
  queue_unavailable: "transient",
  whatsapp_unavailable: "transient",
  deadline_exceeded: "transient",
  conflict: "transient",
  internal: "transient",
  too_many_requests: "transient",
  poison: "poison",
  invalid_config: "poison",
  invalid_input: "poison",
  malformed_request: "poison",
  unauthenticated: "poison",
  forbidden: "poison",
  not_found: "poison",
  precondition_failed: "poison",
  window_closed: "poison",
  not_evaluated: "poison",
  evaluation_failed: "poison",
  idempotency_key_reused: "poison",
  signature_invalid: "poison",
  payload_too_large: "poison",
};

describe("failureClass", () => {
  for (const [code, meaning] of Object.entries(expected) as [ErrorCode, string][]) {
    test(`${code} is ${meaning}`, () => {
      const found = failureClass(new AppError(code, "It failed."));
      expect([found.class, found.dependency].filter(Boolean).join(" ")).toBe(meaning);
      if (found.dependency) expect<readonly string[]>(dependencies).toContain(found.dependency);
    });
  }

  test("what is not ours may be a passing fault", () => {
    expect(failureClass(new TypeError("undefined is not a function"))).toEqual({
      class: "transient",
    });
    expect(failureClass("a string")).toEqual({ class: "transient" });
  });

  test("a dependency's wish to be left alone goes with it", () => {
    const error = new AppError("model_unavailable", "Too many.", { retryAfterMs: 7_000 });
    expect(failureClass(error)).toMatchObject({ class: "dependency", retryAfterMs: 7_000 });
    expect(askedPauseMs(error)).toBe(7_000);
    expect(askedPauseMs(new AppError("internal", "No."))).toBe(0);
  });
});
