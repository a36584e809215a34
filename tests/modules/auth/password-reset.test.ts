import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { sha256 } from "../../../src/lib/sha256.ts";
import { createRestWorld, PASSWORD, type RestWorld, withoutRequestId } from "../rest-world.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("password-reset", { PUBLIC_URL: "http://leads.example.test" });
});
afterEach(() => rest.keyspace.clear());
afterAll(() => rest.close());

const NEW = "a quite new password";
const forget = (email: string) => rest.stranger("POST", "/api/v1/auth/forgot-password", { email });
const reset = (token: string, password = NEW) =>
  rest.stranger("POST", "/api/v1/auth/reset-password", { token, password });
const gone = { status: 404, body: { code: "not_found" } };

/** Somebody who has just got the mail. */
async function forgetful() {
  const user = await rest.addUser("agent");
  expect((await forget(user.email)).status).toBe(202);
  return { ...user, token: rest.mailedToken(user.email) };
}

describe("asking for a new password", () => {
  test("sends a link to our page, with the token behind the #", async () => {
    const { email, token } = await forgetful();
    const mail = rest.mails.findLast(({ to }) => to === email);
    expect(mail?.kind).toBe("password_reset");
    expect(mail?.text).toContain(`http://leads.example.test/reset-password#${token}\n`);
    expect(token).toMatch(/^ll_reset_[\w-]{43}$/);
  });

  test("is answered the same for an unknown address, to which nothing is sent", async () => {
    const { email } = await rest.addUser("agent");
    const known = await forget(email.toUpperCase());
    const sent = rest.mails.length;
    const unknown = await forget("nobody@example.test");
    expect(withoutRequestId(unknown)).toEqual(withoutRequestId(known));
    expect(known).toMatchObject({ status: 202, body: { accepted: true } });
    expect(rest.mails).toHaveLength(sent);
  });

  test("keeps no token in the database, and nothing of it in the audit log", async () => {
    const { token } = await forgetful();
    await reset(token);
    const rows = await rest.world.db.rows`
      select row_to_json(r)::text as row from password_resets r
      union all select row_to_json(a)::text from audit_log a`;
    expect(JSON.stringify(rows)).not.toContain(token.slice(9));
  });

  test.each(["somebody@example.test", "known"])(
    "is limited for the account and address, whether there is one or not: %s",
    async (name) => {
      const email = name === "known" ? (await rest.addUser("agent")).email : name;
      for (let asked = 0; asked < 5; asked += 1) expect((await forget(email)).status).toBe(202);
      expect(await forget(email)).toMatchObject({
        status: 429,
        body: { code: "too_many_requests" },
      });
      expect((await forget("another@example.test")).status).toBe(202);
    },
  );

  test("is limited for the address", async () => {
    for (let asked = 0; asked < 30; asked += 1) await forget(`${asked}@example.test`);
    expect((await forget("31@example.test")).status).toBe(429);
  });
});

describe("a link for a new password", () => {
  test("sets it, ends all sessions, and is in the log of each organization", async () => {
    const user = await rest.addUser("agent");
    const second = await rest.addOrganization();
    await rest.world.db.rows`insert into memberships (organization_id, user_id, role)
      values (${second}, ${user.userId}, 'viewer')`;
    const { accessToken, cookie } = await rest.logIn(user.email);
    await forget(user.email);
    expect((await reset(rest.mailedToken(user.email))).status).toBe(204);
    expect((await rest.withToken(accessToken)("GET", "/api/v1/auth/me")).status).toBe(401);
    expect((await rest.stranger("POST", "/api/v1/auth/refresh", {}, { cookie })).status).toBe(401);
    expect((await rest.logIn(user.email)).status).toBe(401);
    expect((await rest.logIn(user.email, NEW)).status).toBe(200);
    const rows = await rest.world.db.rows`
      select organization_id, actor_kind, actor_id, after from audit_log
      where action = 'user.password_reset' and resource_id = ${user.userId}
      order by organization_id = ${second}`;
    const row = { actorKind: "person", actorId: user.userId, after: { sessions: 1 } };
    expect(rows).toEqual([
      { organizationId: rest.world.organizationId, ...row },
      { organizationId: second, ...row },
    ]);
  });

  test("works once, and once only when it is used five times at once", async () => {
    const { token, email } = await forgetful();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, each) => reset(token, `password number ${each}`)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...Array(4).fill(404)]);
    const set = answers.findIndex(({ status }) => status === 204);
    expect((await rest.logIn(email, `password number ${set}`)).status).toBe(200);
    expect(await reset(token)).toMatchObject(gone);
  }, 30_000);

  test("spends the person's other links, and nobody else's", async () => {
    const { email, token } = await forgetful();
    const other = await forgetful();
    await forget(email);
    expect((await reset(rest.mailedToken(email))).status).toBe(204);
    expect(await reset(token)).toMatchObject(gone);
    expect((await reset(other.token)).status).toBe(204);
  });

  test("is dead after an hour, and after the password was changed otherwise", async () => {
    const late = await forgetful();
    await rest.world.db.rows`update password_resets set expires_at = now()
      where token_hash = ${sha256(late.token)}`;
    expect(await reset(late.token)).toMatchObject(gone);
    const remembering = await forgetful();
    const { accessToken } = await rest.logIn(remembering.email);
    await rest.withToken(accessToken)("POST", "/api/v1/auth/password", {
      currentPassword: PASSWORD,
      newPassword: NEW,
    });
    expect(await reset(remembering.token)).toMatchObject(gone);
  });

  test("is good for an hour and refuses an easy password without being spent", async () => {
    const { token, email } = await forgetful();
    const row = await rest.world.db.first<{ minutes: number }>`
      select extract(epoch from expires_at - now())::float8 / 60 as minutes
      from password_resets where token_hash = ${sha256(token)}`;
    expect(row?.minutes).toBeWithin(59, 60.01);
    for (const easy of [email, "aaaaaaaaaaaa", "short"]) {
      expect(await reset(token, easy)).toMatchObject({ body: { code: "invalid_input" } });
    }
    expect((await reset(token)).status).toBe(204);
  });

  test("lets in whom wrong tries had locked out", async () => {
    const { token, email } = await forgetful();
    for (let tries = 0; tries < 11; tries += 1) await rest.logIn(email, "wrong");
    expect((await rest.logIn(email)).status).toBe(429);
    await reset(token);
    expect((await rest.logIn(email, NEW)).status).toBe(200);
  });

  test("is not guessed, and guessing ends", async () => {
    for (let guess = 0; guess < 100; guess += 1) await reset(`ll_reset_${guess}`);
    expect((await reset("ll_reset_guess")).status).toBe(429);
  });
});
