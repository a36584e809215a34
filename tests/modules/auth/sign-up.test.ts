import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { createAuthLimits } from "../../../src/modules/auth/limits.ts";
import { createRestWorld, PASSWORD, type RestWorld, withoutRequestId } from "../rest-world.ts";

/** Passwords are hashed at their real cost here. */
const HASHING_MS = 30_000;

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("sign-up");
});
// Whoever comes from one address has so many tries.
afterEach(() => rest.keyspace.clear());
afterAll(() => rest.close());

const newEmail = () => `${newId()}@example.test`;
const bodyOf = (part: object = {}) => ({
  organizationName: " Sunny Roofs ",
  name: " Ada Lovelace ",
  email: newEmail(),
  password: PASSWORD,
  ...part,
});
const signUp = (body: object, headers = {}) =>
  rest.stranger("POST", "/api/v1/auth/signup", body, headers);
const logIn = (email: string, password = PASSWORD) =>
  rest.stranger("POST", "/api/v1/auth/login", { email, password });
const invalid = { status: 422, body: { code: "invalid_input" } };

describe("the first to sign up in an installation", () => {
  test(
    "becomes its operator, though several are first at once; nobody does later",
    async () => {
      const answers = await Promise.all(Array.from({ length: 4 }, () => signUp(bodyOf())));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      const operators = answers.filter(({ body }) => body.isOperator);
      expect(operators).toHaveLength(1);
      expect((await signUp(bodyOf())).body.isOperator).toBe(false);
      const rows = await rest.world.db.rows<{ userId: string }>`select user_id from operators`;
      expect(rows).toEqual([{ userId: operators[0]?.body.user.id }]);
      const token = operators[0]?.body.accessToken;
      const { body } = await rest.withToken(token)("GET", "/api/v1/operator/audit");
      expect(body.data).toMatchObject([{ action: "operator.made", resourceId: rows[0]?.userId }]);
    },
    HASHING_MS,
  );
});

describe("signing up", () => {
  test("makes an organization with its owner and signs them in there", async () => {
    const email = newEmail();
    const answer = await signUp(bodyOf({ email: email.toUpperCase() }));
    expect(answer).toMatchObject({
      status: 201,
      body: {
        user: { name: "Ada Lovelace", email },
        organization: { name: "Sunny Roofs" },
        role: "owner",
        refreshToken: null,
      },
    });
    expect(answer.headers.get("set-cookie")).toContain("ll_refresh=");
    const ask = rest.withToken(answer.body.accessToken);
    expect((await ask("GET", "/api/v1/conversations")).body.data).toEqual([]);
    expect((await ask("GET", "/api/v1/audit")).body.data).toMatchObject([
      {
        action: "organization.created",
        resourceId: answer.body.organization.id,
        actor: { kind: "person", id: answer.body.user.id },
        address: "127.0.0.1",
        requestId: answer.headers.get("x-request-id"),
      },
    ]);
    expect((await logIn(email)).status).toBe(200);
  });

  test("gives programs the refresh token in the body, and no cookie", async () => {
    const answer = await signUp(bodyOf({ refreshTokenIn: "body" }));
    expect(answer.body.refreshToken).toStartWith("ll_rt_");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("wants a real address, names that say something, and a password nobody tries first", async () => {
    const email = newEmail();
    for (const wrong of [
      { email: "no address" },
      { organizationName: "  " },
      { name: "" },
      { password: "short" },
      { password: "aaaaaaaaaaaa" },
      { email, password: email },
    ]) {
      expect(await signUp(bodyOf(wrong))).toMatchObject(invalid);
    }
  });

  test("is not done by another site's page", async () => {
    const answer = await signUp(bodyOf(), { "sec-fetch-site": "cross-site" });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("leaves nothing behind when it fails", async () => {
    const count = () =>
      rest.world.db.first`select (select count(*) from organizations) as organizations,
        (select count(*) from users) as users`;
    const { email } = await rest.addUser("agent");
    const before = await count();
    expect((await signUp(bodyOf({ email, password: "not the password" }))).status).toBe(401);
    expect(await count()).toEqual(before);
  });

  test("ends for an address after ten organizations", async () => {
    const limits = createAuthLimits(rest.redis.of(0), `{${rest.keyspace.prefix}:0}:auth`);
    for (let made = 0; made < 9; made += 1) await limits.signUp("127.0.0.1");
    expect((await signUp(bodyOf())).status).toBe(201);
    const refused = await signUp(bodyOf());
    expect(refused).toMatchObject({ status: 429, body: { code: "too_many_requests" } });
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(800, 901);
  });

  test(
    "with one new address at once makes one account",
    async () => {
      const email = newEmail();
      const answers = await Promise.all(Array.from({ length: 3 }, () => signUp(bodyOf({ email }))));
      expect(answers.some(({ status }) => status === 201)).toBe(true);
      const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body.user.id);
      expect(new Set(ids).size).toBe(1);
      const rows = await rest.world.db.rows`select 1 from users where email = ${email}`;
      expect(rows).toHaveLength(1);
    },
    HASHING_MS,
  );
});

describe("signing up with an address that has an account", () => {
  test("and its password makes a further organization of the same person", async () => {
    const { email, userId } = await rest.addUser("agent");
    const answer = await signUp(bodyOf({ email }));
    expect(answer).toMatchObject({
      status: 201,
      body: {
        user: { id: userId, name: "Name of agent" },
        organization: { name: "Sunny Roofs" },
        role: "owner",
      },
    });
    const ask = rest.withToken(answer.body.accessToken);
    const { data } = (await ask("GET", "/api/v1/auth/organizations")).body;
    expect(data).toHaveLength(2);
  });

  test("and another password is answered exactly as a failed sign-in", async () => {
    const { email } = await rest.addUser("agent");
    const login = await logIn(email, "not the password");
    const taken = await signUp(bodyOf({ email, password: "not the password" }));
    expect(withoutRequestId(taken)).toEqual(withoutRequestId(login));
    expect(taken.headers.get("set-cookie")).toBeNull();
  });

  test("counts a wrong password against the limits of signing in", async () => {
    const { email } = await rest.addUser("agent");
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await signUp(bodyOf({ email, password: "not the password" }))).status).toBe(401);
      expect((await logIn(email, "not the password")).status).toBe(401);
    }
    expect((await logIn(email)).status).toBe(429);
    expect((await signUp(bodyOf({ email }))).status).toBe(429);
  });
});

test("an installation closed to strangers says so, and makes nothing", async () => {
  const closed = await createRestWorld("sign-up-off", { SIGN_UP: "off" });
  try {
    const answer = await closed.stranger("POST", "/api/v1/auth/signup", bodyOf());
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(answer.body.detail).toContain("invite");
    expect(await closed.world.db.rows`select 1 from users`).toEqual([]);
  } finally {
    await closed.close();
  }
});
