import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { sessionCookie } from "../../../src/modules/auth/cookie.ts";
import { createLoginLimits } from "../../../src/modules/auth/login-limits.ts";
import { login } from "../../../src/modules/auth/service.ts";
import { livingSessions, redeemTicket } from "../../../src/modules/auth/sessions.ts";
import { createRestWorld, PASSWORD, type RestWorld, withoutRequestId } from "../rest-world.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("auth");
});
afterAll(() => rest.close());

const sessionOf = async (userId: string) =>
  (await rest.world.db.first<{ id: string }>`select id from sessions where user_id = ${userId}`)
    ?.id ?? "";

describe("signing in", () => {
  test("answers who it is and sets a cookie that scripts cannot read", async () => {
    const { email, userId } = await rest.addUser("agent");
    const answer = await rest.logIn(email.toUpperCase());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: { id: userId, name: "Name of agent", email },
      organization: { id: rest.world.organizationId, name: "Northwind" },
      role: "agent",
      isOperator: false,
    });
    const cookie = answer.headers.get("set-cookie");
    expect(cookie).toMatch(/^ll_session=[\w-]{43};/);
    for (const part of ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"]) {
      expect(cookie).toContain(part);
    }
    expect(cookie).not.toContain("Secure");
    expect((await rest.withCookie(answer.cookie)("GET", "/api/v1/auth/me")).body).toEqual(
      answer.body,
    );
  });

  test("over https makes the cookie Secure", () => {
    expect(sessionCookie("t", "https://leads.example")).toContain("Secure");
  });

  test("keeps no token in the database, only its hash", async () => {
    const { cookie } = await rest.signIn();
    const token = cookie.split("=")[1] ?? "";
    expect(token).toHaveLength(43);
    const rows = await rest.world.db.rows`select row_to_json(s)::text as row from sessions s`;
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test("says the same for a wrong password, an unknown address and a foreign organization", async () => {
    const { email } = await rest.addUser("agent");
    const body = { email, password: PASSWORD };
    const answers = await Promise.all(
      [
        { ...body, password: "wrong" },
        { ...body, email: "nobody@example.test" },
        { ...body, organizationId: await rest.addOrganization() },
      ].map((wrong) => rest.stranger("POST", "/api/v1/auth/login", wrong)),
    );
    const [first] = answers.map(withoutRequestId);
    expect(first).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    for (const answer of answers) {
      expect(withoutRequestId(answer)).toEqual(withoutRequestId(answers[0] ?? answer));
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  test("costs one hash, whether the address is known or not", async () => {
    const { email } = await rest.addUser("agent");
    const hashes: string[] = [];
    const deps = {
      db: rest.world.db,
      limits: { spend: async () => {}, forgive: async () => {} },
      verifyPassword: async (_password: string, passwordHash: string) => {
        hashes.push(passwordHash);
        return true;
      },
    };
    await login(deps, { email, password: "x" }, "a");
    const unknown = { email: "nobody@example.test", password: "x" };
    expect(login(deps, unknown, "a")).rejects.toMatchObject({ code: "unauthenticated" });
    expect(hashes).toHaveLength(2);
    // Both are what Bun makes today, so that both take as long.
    const ours = await Bun.password.hash("x", "argon2id");
    expect(hashes[1]?.split("$").slice(0, 4)).toEqual(ours.split("$").slice(0, 4));
  });

  test("goes to the organization asked for, else the first one joined", async () => {
    const { email, userId } = await rest.addUser("agent");
    const second = await rest.addOrganization();
    await rest.world.db.rows`insert into memberships (organization_id, user_id, role)
      values (${second}, ${userId}, 'viewer')`;
    const ask = (organizationId?: string) =>
      rest.stranger("POST", "/api/v1/auth/login", { email, password: PASSWORD, organizationId });
    expect((await ask()).body).toMatchObject({ organization: { name: "Northwind" } });
    expect((await ask(second)).body).toMatchObject({
      organization: { id: second },
      role: "viewer",
    });
  });

  test("refuses fields it does not know", async () => {
    const answer = await rest.stranger("POST", "/api/v1/auth/login", {
      email: "a@b.c",
      password: "x",
      admin: true,
    });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ path: "body.admin", code: "unknown_field" }] },
    });
  });
});

describe("guessing", () => {
  test("ends for the account after ten tries, even with the right password; others go on", async () => {
    const [{ email }, other] = [await rest.addUser("agent"), await rest.addUser("agent")];
    const wrong = await Promise.all(Array.from({ length: 11 }, () => rest.logIn(email, "wrong")));
    expect(wrong.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429]);
    const locked = await rest.logIn(email);
    expect(locked).toMatchObject({ status: 429, body: { code: "too_many_requests" } });
    expect(Number(locked.headers.get("retry-after"))).toBeWithin(800, 901);
    expect((await rest.logIn(other.email)).status).toBe(200);
  });

  test("ends for the address after fifty tries of any accounts", async () => {
    const limits = createLoginLimits(rest.redis, `{${rest.keyspace.prefix}:0}:limits`);
    for (let i = 0; i < 50; i += 1) await limits.spend(`${i}@example.test`, "10.0.0.1");
    expect(limits.spend("51@example.test", "10.0.0.1")).rejects.toMatchObject({
      code: "too_many_requests",
    });
    await limits.spend("51@example.test", "10.0.0.2");
  });

  test("is not what signing in right is taken for", async () => {
    const { email } = await rest.addUser("agent");
    for (let i = 0; i < 12; i += 1) expect((await rest.logIn(email)).status).toBe(200);
  });
});

describe("a session", () => {
  test("ends with the sign-out: its cookie, its tickets, its sockets", async () => {
    const { ask, userId } = await rest.signIn();
    const sessionId = await sessionOf(userId);
    const { ticket } = (await ask("POST", "/api/v1/auth/ticket")).body;
    expect(await livingSessions(rest.world.db, [sessionId, newId()])).toMatchObject([
      { sessionId },
    ]);
    const out = await ask("POST", "/api/v1/auth/logout");
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/^ll_session=;.*Max-Age=0/);
    expect((await ask("GET", "/api/v1/auth/me")).status).toBe(401);
    expect(await livingSessions(rest.world.db, [sessionId])).toEqual([]);
    expect(await redeemTicket(rest.world.db, ticket)).toBeNull();
  });

  test("ends when it has expired", async () => {
    const { ask, userId } = await rest.signIn();
    await rest.world.db.rows`update sessions set expires_at = now() where user_id = ${userId}`;
    expect((await ask("GET", "/api/v1/auth/me")).status).toBe(401);
  });

  test("follows a change of role at once", async () => {
    const { ask, userId } = await rest.signIn("viewer");
    await rest.world.db.rows`update memberships set role = 'admin' where user_id = ${userId}`;
    await rest.world.db.rows`insert into operators (user_id) values (${userId})`;
    expect((await ask("GET", "/api/v1/auth/me")).body).toMatchObject({
      role: "admin",
      isOperator: true,
    });
  });

  test("is not made up", async () => {
    for (const cookie of ["ll_session=", "ll_session=guess", "other=1"]) {
      const answer = await rest.withCookie(cookie)("GET", "/api/v1/auth/me");
      expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    }
  });
});

describe("a ticket", () => {
  const issue = async () => {
    const person = await rest.signIn("admin");
    const answer = await person.ask("POST", "/api/v1/auth/ticket");
    return { ...person, ...answer.body } as typeof person & { ticket: string; expiresAt: string };
  };

  test("tells once whose session it is, to whoever is first", async () => {
    const { ticket, userId, expiresAt } = await issue();
    const left = Date.parse(expiresAt) - Date.now();
    expect(left).toBeWithin(25_000, 30_001);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => redeemTicket(rest.world.db, ticket)),
    );
    expect(answers.filter((one) => one !== null)).toEqual([
      {
        userId,
        name: "Name of admin",
        organizationId: rest.world.organizationId,
        sessionId: await sessionOf(userId),
        role: "admin",
        isOperator: false,
      },
    ]);
  });

  test("is worth nothing after its time", async () => {
    const { ticket } = await issue();
    await rest.world.db.rows`update live_tickets set expires_at = now()`;
    expect(await redeemTicket(rest.world.db, ticket)).toBeNull();
  });

  test("is not guessed", async () => {
    expect(await redeemTicket(rest.world.db, "guess")).toBeNull();
  });
});

describe("another site's page", () => {
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];

  test.each([...foreign, { origin: "" }])("cannot use our cookie: %o", async (headers) => {
    const { ask } = await rest.signIn();
    const answer = await ask("POST", "/api/v1/auth/ticket", undefined, headers);
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test.each(foreign)("cannot sign anybody in: %o", async (headers) => {
    const { email } = await rest.addUser("agent");
    const body = { email, password: PASSWORD };
    const answer = await rest.stranger("POST", "/api/v1/auth/login", body, headers);
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("may read nothing it could not read anyway: GET needs no origin", async () => {
    const { ask } = await rest.signIn();
    const answer = await ask("GET", "/api/v1/auth/me", undefined, { origin: "" });
    expect(answer.status).toBe(200);
  });
});
