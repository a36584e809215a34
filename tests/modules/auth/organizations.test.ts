import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { createRestWorld, PASSWORD, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("organizations");
});
afterAll(() => rest.close());

/** Somebody who is a viewer elsewhere as well. */
async function ofTwo() {
  const user = await rest.addUser("agent");
  const second = await rest.addOrganization();
  await rest.world.db.rows`insert into memberships (organization_id, user_id, role)
    values (${second}, ${user.userId}, 'viewer')`;
  return { ...user, second };
}
const program = async (email: string) => {
  const body = { email, password: PASSWORD, refreshTokenIn: "body" };
  return (await rest.stranger("POST", "/api/v1/auth/login", body)).body;
};
const goTo = (accessToken: string, organizationId: string, headers = {}) =>
  rest.withToken(accessToken)("POST", "/api/v1/auth/switch", { organizationId }, headers);
const me = (accessToken: string) => rest.withToken(accessToken)("GET", "/api/v1/auth/me");
const notFound = { status: 404, body: { code: "not_found" } };

test("a person's organizations are those they belong to now, first joined first", async () => {
  const { email, second, userId } = await ofTwo();
  const left = await rest.addOrganization();
  await rest.world.db.rows`insert into memberships (organization_id, user_id, role, removed_at)
    values (${left}, ${userId}, 'admin', now())`;
  const { accessToken } = await rest.logIn(email);
  const answer = await rest.withToken(accessToken)("GET", "/api/v1/auth/organizations");
  expect(answer.body.data).toMatchObject([
    { id: rest.world.organizationId, name: "Northwind", role: "agent", isCurrent: true },
    { id: second, name: "Other", role: "viewer", isCurrent: false },
  ]);
});

describe("switching to another organization", () => {
  test("goes on there with new tokens, and the old ones are dead", async () => {
    const { email, second } = await ofTwo();
    const old = await program(email);
    const answer = await goTo(old.accessToken, second);
    expect(answer).toMatchObject({
      status: 200,
      body: { organization: { id: second }, role: "viewer" },
    });
    expect((await me(old.accessToken)).status).toBe(401);
    const { refreshToken } = old;
    expect((await rest.stranger("POST", "/api/v1/auth/refresh", { refreshToken })).status).toBe(
      401,
    );
    const { body } = await rest.stranger("POST", "/api/v1/auth/refresh", {
      refreshToken: answer.body.refreshToken,
    });
    expect((await me(body.accessToken)).body).toMatchObject({ organization: { id: second } });
  });

  test("answers in the cookie if the session's refresh token came that way, else in the body", async () => {
    const { email, second } = await ofTwo();
    const browser = await rest.logIn(email);
    const { cookie } = browser;
    const fromBrowser = await goTo(browser.accessToken, second, { cookie });
    expect(fromBrowser.body.refreshToken).toBeNull();
    const next = fromBrowser.headers.get("set-cookie")?.split(";")[0] ?? "";
    const refreshed = await rest.stranger("POST", "/api/v1/auth/refresh", {}, { cookie: next });
    expect(refreshed.body).toMatchObject({ organization: { id: second } });
    // Another session's cookie says nothing about this one.
    const { accessToken } = await program(email);
    const fromProgram = await goTo(accessToken, second, { cookie: next });
    expect(fromProgram.body.refreshToken).toStartWith("ll_rt_");
    expect(fromProgram.headers.get("set-cookie")).toBeNull();
  });

  test("is not found where one does not belong, or no longer; the session stays", async () => {
    const { email, userId, second } = await ofTwo();
    const { accessToken } = await rest.logIn(email);
    await rest.world.db.rows`update memberships set removed_at = now()
      where organization_id = ${second} and user_id = ${userId}`;
    for (const foreign of [second, await rest.addOrganization(), newId()]) {
      expect(await goTo(accessToken, foreign)).toMatchObject(notFound);
    }
    expect((await me(accessToken)).status).toBe(200);
  });

  test("by two requests at once leaves one session", async () => {
    const { email, second, userId } = await ofTwo();
    const { accessToken } = await rest.logIn(email);
    const answers = await Promise.all([goTo(accessToken, second), goTo(accessToken, second)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const living = await rest.world.db.rows`
      select 1 from sessions where user_id = ${userId} and revoked_at is null`;
    expect(living).toHaveLength(1);
  });

  test.each(["/api/v1/auth/logout-everywhere", "/api/v1/auth/password"])(
    "does not slip through %s at the same moment",
    async (path) => {
      for (let round = 0; round < 5; round += 1) {
        const { email, second, userId } = await ofTwo();
        const [here, there] = [await rest.logIn(email), await rest.logIn(email)];
        const body = path.endsWith("password")
          ? { currentPassword: PASSWORD, newPassword: "a quite new password" }
          : undefined;
        await Promise.all([
          rest.withToken(here.accessToken)("POST", path, body),
          goTo(there.accessToken, second),
        ]);
        const living = await rest.world.db.rows<{ organizationId: string }>`
          select organization_id from sessions where user_id = ${userId} and revoked_at is null`;
        expect(living.filter(({ organizationId }) => organizationId === second)).toEqual([]);
      }
    },
  );

  test("is in the audit log of the organization that was left", async () => {
    const { email, second, userId } = await ofTwo();
    const { accessToken } = await rest.logIn(email);
    await goTo(accessToken, second);
    const rows = await rest.world.db.rows`
      select organization_id, after from audit_log where actor_id = ${userId}`;
    expect(rows).toEqual([
      { organizationId: rest.world.organizationId, after: { reason: "switched" } },
    ]);
  });
});
