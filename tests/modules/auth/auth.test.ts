import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/lib/clock.ts";
import { newId } from "../../../src/lib/ids.ts";
import { refreshCookie } from "../../../src/modules/auth/cookie.ts";
import { createAuthLimits } from "../../../src/modules/auth/limits.ts";
import { createPasswords, NOBODYS_HASH } from "../../../src/modules/auth/passwords.ts";
import { login } from "../../../src/modules/auth/service.ts";
import { livingSessions, redeemTicket, startSession } from "../../../src/modules/auth/sessions.ts";
import { createTokens } from "../../../src/modules/auth/tokens.ts";
import { createRestWorld, PASSWORD, type RestWorld, withoutRequestId } from "../rest-world.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("auth");
});
afterAll(() => rest.close());

const sessionOf = async (userId: string) =>
  (await rest.world.db.first<{ id: string }>`select id from sessions where user_id = ${userId}`)
    ?.id ?? "";
/** Signs in as a program does: with the refresh token in the body. */
const program = async (email: string) => {
  const body = { email, password: PASSWORD, refreshTokenIn: "body" };
  return (await rest.stranger("POST", "/api/v1/auth/login", body)).body;
};
const me = (accessToken: string) => rest.withToken(accessToken)("GET", "/api/v1/auth/me");

describe("signing in", () => {
  test("answers who it is, a token, and a cookie that scripts and other paths never see", async () => {
    const { email, userId } = await rest.addUser("agent");
    const answer = await rest.logIn(email.toUpperCase());
    expect(answer).toMatchObject({
      status: 200,
      body: {
        user: { id: userId, name: "Name of agent", email },
        organization: { id: rest.world.organizationId, name: "Northwind" },
        role: "agent",
        isOperator: false,
        refreshToken: null,
      },
    });
    const left = Date.parse(answer.body.expiresAt) - Date.now();
    expect(left).toBeWithin(590_000, 600_001);
    const cookie = answer.headers.get("set-cookie");
    for (const part of ["ll_refresh=", "HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"]) {
      expect(cookie).toContain(part);
    }
    expect(cookie).not.toContain("Secure");
    expect((await me(answer.accessToken)).body.user.email).toBe(email);
  });

  test("over https makes the cookie Secure", () => {
    expect(refreshCookie("t", "https://leads.example")).toContain("Secure");
  });

  test("gives programs the refresh token in the body, and no cookie", async () => {
    const { email } = await rest.addUser("agent");
    const body = { email, password: PASSWORD, refreshTokenIn: "body" };
    const answer = await rest.stranger("POST", "/api/v1/auth/login", body);
    expect(answer.body.refreshToken).toStartWith("ll_rt_");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("keeps no token in the database", async () => {
    const { email } = await rest.addUser("agent");
    const { refreshToken, accessToken } = await program(email);
    const rows = await rest.world.db.rows`select row_to_json(s)::text as row from sessions s`;
    expect(JSON.stringify(rows)).not.toContain(refreshToken.slice("ll_rt_".length));
    expect(JSON.stringify(rows)).not.toContain(accessToken);
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
    const { db } = rest.world;
    const deps = {
      db,
      mutate: () => Promise.reject(new Error("not asked for")),
      tokens: createTokens(["a secret that is long enough to sign with"], systemClock),
      limits: {
        ...createAuthLimits(rest.redis.of(0), "never asked"),
        password: async () => {},
        forgive: async () => {},
      },
      passwords: {
        hash: async () => "",
        verify: async (_password: string, passwordHash: string) => {
          hashes.push(passwordHash);
          return true;
        },
      },
    };
    const device = { address: "a", userAgent: null };
    await login(deps, { email, password: "x" }, device);
    const unknown = { email: "nobody@example.test", password: "x" };
    await expect(login(deps, unknown, device)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(hashes).toHaveLength(2);
    expect(hashes[1]).toBe(NOBODYS_HASH);
    // Both are what is made today, so that both take as long.
    const ours = await createPasswords().hash("x");
    expect(NOBODYS_HASH.split("$").slice(0, 4)).toEqual(ours.split("$").slice(0, 4));
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
});

describe("guessing", () => {
  test("ends for account and address after ten tries, even with the right password", async () => {
    const [{ email }, other] = [await rest.addUser("agent"), await rest.addUser("agent")];
    const wrong = await Promise.all(Array.from({ length: 11 }, () => rest.logIn(email, "wrong")));
    expect(wrong.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429]);
    const locked = await rest.logIn(email);
    expect(locked).toMatchObject({ status: 429, body: { code: "too_many_requests" } });
    expect(Number(locked.headers.get("retry-after"))).toBeWithin(800, 901);
    expect((await rest.logIn(other.email)).status).toBe(200);
  });

  test("from one address does not lock the owner out elsewhere", async () => {
    const limits = createAuthLimits(rest.redis.of(0), `{${rest.keyspace.prefix}:0}:pairs`);
    const tooMany = { code: "too_many_requests" };
    for (let i = 0; i < 10; i += 1) await limits.password("ann@example.test", "10.0.0.1");
    await expect(limits.password("ann@example.test", "10.0.0.1")).rejects.toMatchObject(tooMany);
    await limits.password("ann@example.test", "10.0.0.2");
  });

  test("ends for the address after fifty tries of any accounts", async () => {
    const limits = createAuthLimits(rest.redis.of(0), `{${rest.keyspace.prefix}:0}:limits`);
    for (let i = 0; i < 50; i += 1) await limits.password(`${i}@example.test`, "10.0.0.1");
    await expect(limits.password("51@example.test", "10.0.0.1")).rejects.toMatchObject({
      code: "too_many_requests",
    });
    await limits.password("51@example.test", "10.0.0.2");
  });

  test("is not what signing in right is taken for", async () => {
    const { email } = await rest.addUser("agent");
    for (let i = 0; i < 12; i += 1) expect((await rest.logIn(email)).status).toBe(200);
  });

  test("by a crowd waits in line and is cut off, instead of taking the process with it", async () => {
    const passwords = createPasswords();
    const answers = await Promise.allSettled(
      Array.from({ length: 70 }, () => passwords.verify("x", "not a hash")),
    );
    const refused = answers.filter(
      (one) => one.status === "rejected" && one.reason.code === "too_many_requests",
    );
    expect(refused).toHaveLength(4);
  });
});

describe("a session", () => {
  test("ends with the sign-out: its tokens, its tickets, its sockets", async () => {
    const { email, userId } = await rest.addUser("agent");
    const { accessToken, cookie } = await rest.logIn(email);
    const ask = rest.withToken(accessToken);
    const sessionId = await sessionOf(userId);
    const { ticket } = (await ask("POST", "/api/v1/auth/ticket")).body;
    expect(await livingSessions(rest.world.db, [sessionId, newId()])).toMatchObject([
      { sessionId },
    ]);
    const out = await ask("POST", "/api/v1/auth/logout", {});
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/^ll_refresh=;.*Max-Age=0/);
    expect((await ask("GET", "/api/v1/auth/me")).status).toBe(401);
    expect(await livingSessions(rest.world.db, [sessionId])).toEqual([]);
    expect(await redeemTicket(rest.world.db, ticket)).toBeNull();
    const again = await rest.stranger("POST", "/api/v1/auth/refresh", {}, { cookie });
    expect(again.status).toBe(401);
  });

  test("is not left behind when token and cookie are of two sessions", async () => {
    const { email } = await rest.addUser("agent");
    const [one, other] = [await rest.logIn(email), await rest.logIn(email)];
    const ask = rest.withToken(one.accessToken);
    await ask("POST", "/api/v1/auth/logout", {}, { cookie: other.cookie });
    for (const { accessToken } of [one, other]) expect((await me(accessToken)).status).toBe(401);
  });

  test("does not begin with a password that was changed while it was checked", async () => {
    const { userId } = await rest.addUser("agent");
    const { db } = rest.world;
    const device = { address: null, userAgent: null };
    const old = { id: userId, passwordHash: "the hash that was checked" };
    expect(await startSession(db, old, undefined, device)).toBeUndefined();
  });

  test("ends by its cookie too, when the access token is too old", async () => {
    const { email } = await rest.addUser("agent");
    const { accessToken, cookie } = await rest.logIn(email);
    const out = await rest.stranger("POST", "/api/v1/auth/logout", {}, { cookie });
    expect(out.status).toBe(204);
    expect((await me(accessToken)).status).toBe(401);
    expect((await rest.stranger("POST", "/api/v1/auth/logout", {})).status).toBe(204);
  });

  test("is listed with its device, and ended from another one", async () => {
    const { email } = await rest.addUser("agent");
    const [here, there] = [await rest.logIn(email), await rest.logIn(email)];
    const ask = rest.withToken(here.accessToken);
    const { data } = (await ask("GET", "/api/v1/auth/sessions")).body;
    expect(data).toHaveLength(2);
    const other = data.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent);
    expect(other).toMatchObject({ organizationName: "Northwind", address: "127.0.0.1" });
    expect((await ask("DELETE", `/api/v1/auth/sessions/${other.id}`)).status).toBe(204);
    expect((await me(there.accessToken)).status).toBe(401);
    expect((await me(here.accessToken)).status).toBe(200);
    const stranger = (await rest.signIn()).ask;
    const foreign = await stranger("DELETE", `/api/v1/auth/sessions/${data[0].id}`);
    expect(foreign).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  test("ends everywhere at once", async () => {
    const { email } = await rest.addUser("agent");
    const [here, there] = [await rest.logIn(email), await rest.logIn(email)];
    const out = await rest.withToken(here.accessToken)("POST", "/api/v1/auth/logout-everywhere");
    expect(out.status).toBe(204);
    for (const { accessToken } of [here, there]) expect((await me(accessToken)).status).toBe(401);
  });

  test("of another device ends with a new password, which is the one that counts", async () => {
    const { email } = await rest.addUser("agent");
    const [here, there] = [await rest.logIn(email), await rest.logIn(email)];
    const change = (currentPassword: string, newPassword: string) =>
      rest.withToken(here.accessToken)("POST", "/api/v1/auth/password", {
        currentPassword,
        newPassword,
      });
    const invalid = { status: 422, body: { code: "invalid_input" } };
    expect(await change("wrong", "a quite new password")).toMatchObject(invalid);
    expect(await change(PASSWORD, email)).toMatchObject(invalid);
    expect(await change(PASSWORD, "aaaaaaaaaaaa")).toMatchObject(invalid);
    expect(await change(PASSWORD, "short")).toMatchObject(invalid);
    expect((await change(PASSWORD, "a quite new password")).status).toBe(204);
    expect((await me(here.accessToken)).status).toBe(200);
    expect((await me(there.accessToken)).status).toBe(401);
    expect((await rest.logIn(email)).status).toBe(401);
    expect((await rest.logIn(email, "a quite new password")).status).toBe(200);
  });

  test("ends when it has expired, and when its person was removed", async () => {
    const { ask, userId } = await rest.signIn();
    await rest.world.db.rows`update sessions set expires_at = now() where user_id = ${userId}`;
    expect((await ask("GET", "/api/v1/auth/me")).status).toBe(401);
    const removed = await rest.signIn();
    await rest.world.db.rows`update memberships set removed_at = now()
      where user_id = ${removed.userId}`;
    expect((await removed.ask("GET", "/api/v1/auth/me")).status).toBe(401);
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
    const { accessToken } = await rest.signIn();
    const [head, body] = accessToken.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    for (const token of ["guess", `${none}.${body}.`, `${head}.${body}.AAAA`, "ll_key_guess"]) {
      expect(await me(token)).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
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
        kind: "person",
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

  test.each(foreign)("cannot use our cookie, nor sign anybody in: %o", async (headers) => {
    const { email } = await rest.addUser("agent");
    const { cookie } = await rest.logIn(email);
    const forbidden = { status: 403, body: { code: "forbidden" } };
    for (const verb of ["refresh", "logout"]) {
      const answer = await rest.stranger(
        "POST",
        `/api/v1/auth/${verb}`,
        {},
        { cookie, ...headers },
      );
      expect(answer).toMatchObject(forbidden);
    }
    const body = { email, password: PASSWORD };
    const answer = await rest.stranger("POST", "/api/v1/auth/login", body, headers);
    expect(answer).toMatchObject(forbidden);
  });
});
