import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/lib/errors.ts";
import { createLogger, type Logger } from "../../src/ops/logger.ts";

function capture(level: "debug" | "info" | "silent" = "info") {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const log: Logger = createLogger({ level, role: "worker", output });
  return { log, lines, first: () => JSON.parse(lines[0] ?? "null") };
}

describe("a log line", () => {
  test("is JSON with level, time, role, pid, message and fields", () => {
    const { log, first } = capture();
    log.warn({ stream: "turns", count: 3 }, "slow");
    expect(first()).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      role: "worker",
      pid: process.pid,
      stream: "turns",
      count: 3,
      message: "slow",
    });
  });

  test("carries the ids of its story", () => {
    const { log, first } = capture();
    log.child({ organizationId: "o1", turnId: "t1" }).child({ messageId: "m1" }).info({}, "sent");
    expect(first()).toMatchObject({ organizationId: "o1", turnId: "t1", messageId: "m1" });
  });

  test("below the level is not written", () => {
    const { log, lines } = capture("info");
    log.debug({}, "detail");
    expect(lines).toEqual([]);
  });

  test("is never written at level silent", () => {
    const { log, lines } = capture("silent");
    log.error({}, "bad");
    expect(lines).toEqual([]);
  });
});

describe("what a log line never shows", () => {
  test.each([
    "appSecret",
    "password",
    "accessToken",
    "authorization",
    "cookie",
    "api_key",
    "openaiApiKey",
    "signature",
    "text",
    "body",
    "caption",
    "draft",
    "prompt",
    "phone",
    "email",
  ])("the value of a key named %s, at any depth", (key) => {
    const { log, lines } = capture();
    log.info({ [key]: "hunter2", nested: [{ deep: { [key]: { inner: "hunter2" } } }] }, "m");
    expect(lines[0]).not.toContain("hunter2");
    expect(lines[0]).toContain(key);
  });

  test("the password of an address, in fields and in the sentence", () => {
    const { log, lines } = capture();
    const url = "postgres://leadline:hunter2@db:5432/leadline";
    log.info({ url, list: [url] }, `cannot reach ${url}`);
    expect(lines[0]).not.toContain("hunter2");
    expect(lines[0]).toContain("db:5432");
  });

  test("a bearer token inside a sentence", () => {
    const { log, lines } = capture();
    log.info({ reason: "sent Authorization: Bearer EAAG.hunter2-x" }, "m");
    expect(lines[0]).not.toContain("hunter2");
  });

  test("what a driver hangs on an error, such as the row it could not write", () => {
    const { log, lines, first } = capture();
    const cause = Object.assign(new Error("duplicate key"), { code: "23505", row: "hunter2" });
    log.error({ error: new AppError("internal", "It failed.", { id: 7 }, cause) }, "m");
    expect(lines[0]).not.toContain("hunter2");
    expect(first().error).toMatchObject({
      name: "AppError",
      code: "internal",
      message: "It failed.",
      details: { id: 7 },
      cause: { message: "duplicate key", code: "23505" },
    });
  });

  test("but counts named like secrets stay", () => {
    const { log, first } = capture();
    log.info({ inputTokens: 120, hasPassword: true }, "m");
    expect(first()).toMatchObject({ inputTokens: 120, hasPassword: true });
  });

  test("a structure that contains itself does not hang the logger", () => {
    const { log, lines } = capture();
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    log.info({ loop }, "m");
    expect(lines).toHaveLength(1);
  });
});
