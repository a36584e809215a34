import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

type Person = Awaited<ReturnType<RestWorld["signIn"]>>;

let rest: RestWorld;
let admin: Person;
beforeAll(async () => {
  rest = await createRestWorld("api-keys");
  admin = await rest.signIn("admin");
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const PATH = "/api/v1/api-keys";
const wish = { name: "CRM sync", scopes: ["conversations:read"], expiresInDays: 90 };

const create = (over: object = {}, headers: Record<string, string> = {}) =>
  admin.ask("POST", PATH, { ...wish, ...over }, headers);
const rotate = (id: string, overlapSeconds: number, headers: Record<string, string> = {}) =>
  admin.ask("POST", `${PATH}/${id}/rotate`, { overlapSeconds }, headers);

/** What a program with the key is answered. */
async function status(key: string, path = "/api/v1/conversations") {
  return (await rest.withToken(key)("GET", path)).status;
}

/** Everything the database holds, as text. */
async function everything(): Promise<string> {
  const rows = await rest.world.db.rows<{ all: Json }>`
    select jsonb_agg(to_jsonb(k)) as all from api_keys k
    union all select jsonb_agg(to_jsonb(i)) from idempotency_keys i
    union all select jsonb_agg(to_jsonb(a)) from audit_log a`;
  return JSON.stringify(rows);
}

describe("a new key", () => {
  test("lets a program in as far as its scopes go", async () => {
    const { body } = await create();
    expect(body).toMatchObject({ name: "CRM sync", state: "active", replacedBy: null, version: 1 });
    expect(body.key).toMatch(/^ll_key_[\w-]{43}$/);
    expect(body.key).toStartWith(body.prefix);
    expect([await status(body.key), await status(body.key, "/api/v1/users")]).toEqual([200, 403]);
    const days = (Date.parse(body.expiresAt) - Date.parse(body.createdAt)) / 86_400_000;
    expect(days).toBe(90);
  });

  test("is shown once and kept nowhere: not in its row, nor the audit log, nor for repeats", async () => {
    const headers = { "idempotency-key": newId() };
    const { key, ...rest } = (await create({}, headers)).body;
    const kept = await everything();
    expect(kept).toContain(rest.id);
    expect(kept).not.toContain(key);
    expect(kept).not.toContain(key.slice(rest.prefix.length));
    const listed = await admin.ask("GET", PATH);
    expect(JSON.stringify(listed.body)).not.toContain(key);
    expect(await create({}, headers)).toMatchObject({ status: 201, body: { ...rest, key: null } });
  });

  test("is one, however often the request is repeated at once", async () => {
    const headers = { "idempotency-key": newId() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({}, headers)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.key !== null)).toHaveLength(1);
  });

  test("gets no scope that is for people only", async () => {
    expect((await create({ scopes: ["api-keys:write"] })).body.code).toBe("invalid_input");
  });
});

describe("rotation", () => {
  test("gives a new key while the old one works for the overlap", async () => {
    const old = (await create()).body;
    const fresh = (await rotate(old.id, 3_600)).body;
    expect(fresh).toMatchObject({ name: old.name, scopes: old.scopes, state: "active" });
    expect([await status(old.key), await status(fresh.key)]).toEqual([200, 200]);
    const after = (await admin.ask("GET", `${PATH}/${old.id}`)).body;
    expect(after.replacedBy).toBe(fresh.id);
    const overlapMs = Date.parse(after.expiresAt) - Date.parse(fresh.createdAt);
    expect(overlapMs).toBe(3_600_000);
  });

  test("without overlap ends the old key at once", async () => {
    const old = (await create()).body;
    const fresh = (await rotate(old.id, 0)).body;
    expect([await status(old.key), await status(fresh.key)]).toEqual([401, 200]);
  });

  test("never lengthens the old key's life", async () => {
    const old = (await create({ expiresInDays: 1 })).body;
    await rotate(old.id, 7 * 86_400);
    expect((await admin.ask("GET", `${PATH}/${old.id}`)).body.expiresAt).toBe(old.expiresAt);
  });

  test("happens once: to a repeat it is the same, to another request a conflict", async () => {
    const old = (await create()).body;
    const headers = { "idempotency-key": newId() };
    const { key, ...fresh } = (await rotate(old.id, 60, headers)).body;
    expect((await rotate(old.id, 60, headers)).body).toEqual({ ...fresh, key: null });
    expect((await rotate(old.id, 60)).body.code).toBe("conflict");
    expect(await everything()).not.toContain(key);
  });
});

describe("an end", () => {
  test("comes at once by revoking, which is harmless twice", async () => {
    const { id, key } = (await create()).body;
    const path = `${PATH}/${id}`;
    const both = [await admin.ask("DELETE", path), await admin.ask("DELETE", path)];
    expect(both.map((one) => one.status)).toEqual([204, 204]);
    expect(await status(key)).toBe(401);
    expect((await rotate(id, 0)).body.code).toBe("conflict");
    const log = (await admin.ask("GET", "/api/v1/audit?action=api_key.revoked")).body.data;
    expect(log).toMatchObject([{ resourceId: id, after: { state: "revoked" } }]);
  });

  test("comes by time", async () => {
    const { id, key } = (await create()).body;
    await rest.world.db.rows`update api_keys set expires_at = now() where id = ${id}`;
    expect(await status(key)).toBe(401);
    expect((await admin.ask("GET", `${PATH}/${id}`)).body.state).toBe("expired");
  });

  test("does not come with the end of its maker's membership", async () => {
    const maker = await rest.signIn("admin");
    const { key } = (await maker.ask("POST", PATH, wish)).body;
    expect((await admin.ask("DELETE", `/api/v1/users/${maker.userId}`)).status).toBe(204);
    expect(await status(key)).toBe(200);
  });
});

test("a rename takes the version it was made for", async () => {
  const { id } = (await create()).body;
  const first = { "if-match": '"1"' };
  const renamed = await admin.ask("PATCH", `${PATH}/${id}`, { name: "ERP" }, first);
  expect([renamed.body.name, renamed.headers.get("etag")]).toEqual(["ERP", '"2"']);
  const stale = await admin.ask("PATCH", `${PATH}/${id}`, { name: "BI" }, first);
  expect(stale.body.code).toBe("precondition_failed");
});
