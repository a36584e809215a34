import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import { createRestWorld, type Json, type RestWorld, withoutRequestId } from "./rest-world.ts";

/** Every route that names a conversation, with what it needs to be otherwise right. */
const routes: readonly (readonly ["GET" | "POST", string, (object | undefined)?])[] = [
  ["GET", ""],
  ["GET", "/panel"],
  ["GET", "/messages"],
  ["POST", "/takeover"],
  ["POST", "/release"],
  ["POST", "/read", { throughSeq: 1 }],
  ["POST", "/resolve-attention"],
  ["POST", "/messages", { text: "Hello" }],
];
const lists: typeof routes = [
  ["GET", "/api/v1/conversations"],
  ["GET", "/api/v1/queue"],
  ["GET", "/api/v1/auth/me"],
  ["POST", "/api/v1/auth/ticket"],
  ["POST", "/api/v1/auth/logout"],
];

let rest: RestWorld;
let conversationId: string;
let document: Json;
beforeAll(async () => {
  rest = await createRestWorld("access");
  await rest.world.receive({});
  conversationId = (await rest.world.conversation()).id;
  document = (await rest.stranger("GET", "/swagger/json")).body;
});
afterAll(() => rest.close());

const at = (path: string, id = conversationId) => `/api/v1/conversations/${id}${path}`;
const key = () => ({ "idempotency-key": newId() });

/** Every row that a route could have changed. */
const rows = () => rest.world.db.rows`
  select (select jsonb_agg(c) from conversations c) as conversations,
    (select jsonb_agg(m) from messages m) as messages,
    (select jsonb_agg(e) from timeline_events e) as events,
    (select jsonb_agg(k) from idempotency_keys k) as keys`;

test("this file knows every route of the API", () => {
  const known = [
    ...lists.map(([method, path]) => `${method} ${path}`),
    ...routes.map(([method, path]) => `${method} ${at(path, "{id}")}`),
    "POST /api/v1/auth/login",
  ];
  const served = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(served.filter((route) => route.includes("/api/v1/")).sort()).toEqual(known.sort());
});

describe.each([...routes])("%s /conversations/{id}%s", (method, path, body) => {
  test("answers another organization's member exactly as if it did not exist", async () => {
    const { ask } = await rest.signIn("owner", await rest.addOrganization());
    const before = await rows();
    const foreign = await ask(method, at(path), body, key());
    expect(foreign).toMatchObject({ status: 404, body: { code: "not_found" } });
    const missing = await ask(method, at(path, newId()), body, key());
    expect(withoutRequestId(foreign)).toEqual(withoutRequestId(missing));
    expect(await rows()).toEqual(before);
  });

  test("tells a stranger nothing, not even what it takes", async () => {
    const wrong = body && { no: "such field" };
    const answer = await rest.stranger(method, at(path, "no-id"), wrong);
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });

  test("lets a viewer read and change nothing", async () => {
    const { ask } = await rest.signIn("viewer");
    const before = await rows();
    const { status, headers } = await ask(method, at(path), body, key());
    expect(headers.get("cache-control")).toBe("no-store");
    expect(status).toBe(method === "GET" ? 200 : 403);
    expect(await rows()).toEqual(before);
  });

  test("refuses what is no id", async () => {
    const { ask } = await rest.signIn();
    const answer = await ask(method, at(path, "no-id"), body, key());
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  });
});

test.each([...lists])("%s %s tells a stranger nothing", async (method, path) => {
  expect((await rest.stranger(method, path)).status).toBe(401);
});

test("a list shows nothing of another organization", async () => {
  const { ask } = await rest.signIn("owner", await rest.addOrganization());
  const { body } = await ask("GET", "/api/v1/conversations");
  expect(body).toEqual({ data: [], nextCursor: null });
});

describe("the queue", () => {
  test("is for operators only, whatever their role in the organization", async () => {
    const { ask, userId } = await rest.signIn("owner");
    expect(await ask("GET", "/api/v1/queue")).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    await rest.world.db.rows`insert into operators (user_id) values (${userId})`;
    await rest.world.db.rows`insert into dead_letters (id, stream, origin, entry, reason,
      error_class, tries, first_seen_at, last_seen_at)
      values (${newId()}, 'turns', 'o', '', 'r', 'c', 5, now(), now())`;
    const { status, body } = await ask("GET", "/api/v1/queue");
    expect(status).toBe(200);
    expect(body.delayed).toEqual({ count: 0, overdueMs: 0 });
    const turns = body.streams.find(({ stream }: { stream: string }) => stream === "turns");
    expect(turns).toMatchObject({ depth: 0, running: 0, waiting: 0, oldestAgeMs: 0, dead: 1 });
  });
});

test("each route is documented: summary, description, tag, its problems and the cookie", () => {
  const signedIn = [
    ...lists,
    ...routes.map(([method, path]) => [method, at(path, "{id}")] as const),
  ];
  for (const [method, path] of signedIn) {
    const route = document.paths[path][method.toLowerCase()];
    expect(route).toMatchObject({
      summary: expect.any(String),
      description: expect.any(String),
      tags: [expect.any(String)],
      security: [{ session: [] }],
      responses: { 401: { content: { "application/problem+json": expect.anything() } } },
    });
  }
  expect(document.components.securitySchemes.session).toMatchObject({
    type: "apiKey",
    in: "cookie",
    name: "ll_session",
  });
});
