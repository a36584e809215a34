import { describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { accessLog } from "../../src/http/plugins/access-log.ts";
import { bodyLimit } from "../../src/http/plugins/body-limit.ts";
import { errors } from "../../src/http/plugins/errors.ts";
import { requestId } from "../../src/http/plugins/request-id.ts";
import { securityHeaders } from "../../src/http/plugins/security-headers.ts";
import { AppError } from "../../src/lib/errors.ts";
import type { LogFields } from "../../src/lib/log.ts";
import { eventually } from "../support/wait.ts";

interface Line extends LogFields {
  level: string;
  message: string;
}

function app() {
  const lines: Line[] = [];
  const at = (level: string) => (fields: LogFields, message: string) =>
    void lines.push({ ...fields, level, message });
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const people = new Elysia({ prefix: "/people" })
    .post("/", ({ body }) => body, {
      body: t.Object({
        name: t.String(),
        address: t.Object({ zip: t.String({ format: "email" }) }),
      }),
    })
    .get("/", () => [], { query: t.Object({ limit: t.Integer({ maximum: 100 }) }) })
    .get("/:age", ({ params }) => params.age, {
      params: t.Object({ age: t.Integer({ maximum: 150 }) }),
    })
    .get("/broken", () => JSON.parse('"text"'), { response: t.Object({ id: t.String() }) })
    .get("/taken", () => {
      throw new AppError("conflict", "Taken.");
    })
    .get("/boom", () => {
      throw new AppError("database_unavailable", "pool is gone", { pool: 1 }, new Error("why"));
    });
  const built = new Elysia({ normalize: false })
    .use(requestId())
    .use(securityHeaders({ https: true }))
    .use(accessLog({ log }))
    .use(errors({ log }))
    .use(bodyLimit({ maxBytes: 1_000, exemptPrefixes: ["/webhooks/", "/simulator/"] }))
    .use(people)
    .get("/health/live", () => "ok")
    .post("/webhooks/x", () => "ok", { parse: "none" })
    .post("/simulator/x", () => "ok", { parse: "none" });
  const ask = (path: string, init: RequestInit = {}) =>
    built.handle(new Request(`http://localhost${path}`, init));
  return { ask, lines };
}

const json = (body: string) => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json" },
});

describe("an error answer", () => {
  test("of a missing page and of our own error is a problem with the request's id", async () => {
    const { ask } = app();
    for (const [path, status, code] of [
      ["/nowhere", 404, "not_found"],
      ["/people/taken", 409, "conflict"],
    ] as const) {
      const response = await ask(path, { headers: { "x-request-id": "abcd-1234" } });
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(response.headers.get("x-request-id")).toBe("abcd-1234");
      expect(await response.json()).toMatchObject({ status, code, requestId: "abcd-1234" });
    }
  });

  test("of an invalid body is 422 with one entry per field", async () => {
    const { ask } = app();
    const response = await ask("/people", json('{"address":{"zip":"x"},"extra":1}'));
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { path: string; code: string }[] };
    expect(errors.map(({ path, code }) => [path, code]).toSorted()).toEqual([
      ["body.address.zip", "invalid_format"],
      ["body.extra", "unknown_field"],
      ["body.name", "missing"],
    ]);
  });

  test.each([
    ["/people?limit=1000", "query.limit", "invalid"],
    ["/people?limit=x", "query.limit", "invalid"],
    ["/people?limit=1&cursor=7", "query.cursor", "unknown_field"],
    ["/people", "query.limit", "missing"],
    ["/people/1000", "params", "invalid"],
  ])("of the invalid address %s names the field", async (path, field, code) => {
    const response = await app().ask(path);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: field, code }] });
  });

  test("of a body that is not JSON is 400", async () => {
    const response = await app().ask("/people", json("{"));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "malformed_request" });
  });

  test("of an announced body over the limit is 413, but not where the route has its own limit", async () => {
    const { ask } = app();
    const large = { ...json("x".repeat(1_001)), headers: { "content-length": "1001" } };
    const response = await ask("/people", large);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "payload_too_large" });
    expect((await ask("/webhooks/x", large)).status).toBe(200);
  });

  test("of our own failure says nothing about it, but the log does", async () => {
    const { ask, lines } = app();
    const response = await ask("/people/boom");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await response.text()).not.toContain("pool");
    expect(lines.find(({ level }) => level === "error")).toMatchObject({
      error: "pool is gone",
      cause: "why",
      code: "database_unavailable",
      path: "/people/boom",
      requestId: response.headers.get("x-request-id"),
    });
  });

  test("of an answer that breaks its own schema is our failure, not the caller's", async () => {
    expect((await app().ask("/people/broken")).status).toBe(500);
  });
});

describe("every answer", () => {
  test("carries security headers and an id, a new one if the caller's is unfit", async () => {
    const { ask } = app();
    const response = await ask("/health/live", { headers: { "x-request-id": "bad id\u00e9" } });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("strict-transport-security")).toContain("max-age=");
  });
});

describe("the access log", () => {
  test("has one line per request, with its status and without the query", async () => {
    const { ask, lines } = app();
    await ask("/people/taken?token=secret");
    const line = await eventually(() => lines.find(({ message }) => message === "request"));
    expect(line).toMatchObject({
      level: "info",
      method: "GET",
      path: "/people/taken",
      status: 409,
    });
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("keeps good answers of webhooks and probes for debugging only", async () => {
    const { ask, lines } = app();
    await ask("/health/live");
    expect(await eventually(() => lines.at(-1))).toMatchObject({ level: "debug", status: 200 });
  });
});
