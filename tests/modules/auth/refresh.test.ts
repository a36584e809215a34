import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/lib/clock.ts";
import { newId } from "../../../src/lib/ids.ts";
import { createTokens } from "../../../src/modules/auth/tokens.ts";
import { createRestWorld, PASSWORD, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("refresh");
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
const refresh = (refreshToken: string) =>
  rest.stranger("POST", "/api/v1/auth/refresh", { refreshToken });
const me = (accessToken: string) => rest.withToken(accessToken)("GET", "/api/v1/auth/me");
/** As if the last refresh had been long ago. */
const age = (userId: string) =>
  rest.world.db.rows`update sessions set refreshed_at = now() - interval '1 minute'
    where user_id = ${userId}`;

describe("refreshing", () => {
  test("brings the next pair of tokens, in the body or the cookie as before", async () => {
    const { email } = await rest.addUser("agent");
    const first = await program(email);
    const second = await refresh(first.refreshToken);
    expect(second.status).toBe(200);
    expect(second.body.refreshToken).not.toBe(first.refreshToken);
    expect((await me(second.body.accessToken)).status).toBe(200);
    const { cookie } = await rest.logIn(email);
    const byCookie = await rest.stranger("POST", "/api/v1/auth/refresh", {}, { cookie });
    expect(byCookie).toMatchObject({ status: 200, body: { refreshToken: null } });
    expect(byCookie.headers.get("set-cookie")).toContain("ll_refresh=ll_rt_");
  });

  test("by 20 tabs at once leaves one living token, which all of them got", async () => {
    const { email } = await rest.addUser("agent");
    const { refreshToken } = await program(email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const tokens = new Set<string>(answers.map(({ body }) => body.refreshToken));
    expect(tokens.size).toBe(1);
    const [next = ""] = tokens;
    expect((await refresh(next)).status).toBe(200);
  });

  test("with a token from before the last means a copy: the session ends for everybody", async () => {
    const { email, userId } = await rest.addUser("agent");
    const stolen = await program(email);
    const second = (await refresh(stolen.refreshToken)).body;
    await age(userId);
    const reused = await Promise.all([1, 2, 3, 4].map(() => refresh(stolen.refreshToken)));
    expect(reused.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect((await refresh(second.refreshToken)).status).toBe(401);
    expect((await me(second.accessToken)).status).toBe(401);
    const entries = await rest.world.db.rows`
      select action, after from audit_log where resource_id = ${await sessionOf(userId)}`;
    expect(entries).toEqual([{ action: "session.ended", after: { reason: "reuse" } }]);
  });

  test("with two generations less is a copy, however quick it is", async () => {
    const { email } = await rest.addUser("agent");
    const first = await program(email);
    const second = (await refresh(first.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect((await refresh(first.refreshToken)).status).toBe(401);
    expect((await refresh(third.refreshToken)).status).toBe(401);
  });

  test("with what nobody signed changes nothing", async () => {
    const { email } = await rest.addUser("agent");
    const { refreshToken } = await program(email);
    const forged = `${refreshToken.slice(0, -1)}${refreshToken.endsWith("A") ? "B" : "A"}`;
    for (const token of [forged, "ll_rt_x", `ll_rt_${newId()}_1_${"A".repeat(43)}`]) {
      expect((await refresh(token)).status).toBe(401);
    }
    expect((await refresh(refreshToken)).status).toBe(200);
    expect((await rest.stranger("POST", "/api/v1/auth/refresh", {})).status).toBe(401);
  });

  test("goes on while secrets are rotated", async () => {
    const session = { sessionId: newId(), generation: 1 };
    const [old, both, later] = [
      ["old ".repeat(9)],
      ["new ".repeat(9), "old ".repeat(9)],
      ["new ".repeat(9)],
    ].map((secrets) => createTokens(secrets, systemClock));
    if (!old || !both || !later) throw new Error("unreachable");
    const token = old.signRefresh(session, "salt");
    expect(both.isSigned(token, session, "salt")).toBe(true);
    expect(later.isSigned(token, session, "salt")).toBe(false);
    expect(both.isSigned(token, session, "other salt")).toBe(false);
    const { accessToken } = await old.signAccess({ sessionId: session.sessionId, userId: newId() });
    expect(await both.readAccess(accessToken)).toEqual({ sessionId: session.sessionId });
    await expect(later.readAccess(accessToken)).rejects.toMatchObject({ code: "unauthenticated" });
  });
});
