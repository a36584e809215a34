import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { createAuthLimits } from "../../../src/modules/auth/limits.ts";
import { createRestWorld, PASSWORD, type RestWorld, withoutRequestId } from "../rest-world.ts";

type Person = Awaited<ReturnType<RestWorld["signIn"]>>;

let rest: RestWorld;
let organizationId: string;
let owner: Person;
beforeAll(async () => {
  rest = await createRestWorld("invitations", { PUBLIC_URL: "http://leads.example.test" });
});
beforeEach(async () => {
  organizationId = await rest.addOrganization();
  owner = await rest.signIn("owner", organizationId);
});
afterEach(() => rest.keyspace.clear());
afterAll(() => rest.close());

const newEmail = () => `${newId()}@example.test`;
const invite = (by: Person, email: string, role = "agent", headers = {}) =>
  by.ask("POST", "/api/v1/invitations", { email, role }, headers);
const pathOf = (id: string, verb = "") => `/api/v1/invitations/${id}${verb}`;
const preview = (token: string) => rest.stranger("POST", pathOf("preview"), { token });
const accept = (token: string, part: object = {}) =>
  rest.stranger("POST", pathOf("accept"), { token, password: PASSWORD, ...part });
const gone = { status: 404, body: { code: "not_found" } };
const conflict = { status: 409, body: { code: "conflict" } };
const memberships = (email: string) =>
  rest.world.db.rows<{ role: string; removedAt: Date | null; version: number }>`
    select m.role, m.removed_at, m.version from memberships m join users u on u.id = m.user_id
    where m.organization_id = ${organizationId} and u.email = ${email}`;

/** Somebody with an account elsewhere, invited here. */
async function invited(role = "agent") {
  const user = await rest.addUser("viewer");
  const { body } = await invite(owner, user.email, role);
  return { ...user, id: body.id, token: rest.mailedToken(user.email) };
}

describe("inviting", () => {
  test("sends a mail with a link, and shows its token nowhere else", async () => {
    const email = newEmail();
    const made = await invite(owner, email.toUpperCase(), "admin");
    expect(made).toMatchObject({
      status: 201,
      body: { email, role: "admin", status: "pending", invitedBy: { id: owner.userId } },
    });
    const days = (Date.parse(made.body.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeWithin(6.99, 7.01);
    const mail = rest.mails.findLast(({ to }) => to === email);
    const token = rest.mailedToken(email);
    expect(token).toMatch(/^ll_invite_[\w-]{43}$/);
    expect(mail?.text).toContain(`http://leads.example.test/invitation#${token}\n`);
    const shown = [
      made,
      await owner.ask("GET", pathOf(made.body.id)),
      await owner.ask("GET", "/api/v1/invitations"),
      await owner.ask("GET", "/api/v1/audit"),
    ].map(({ body }) => JSON.stringify(body));
    const rows = await rest.world.db.rows`select row_to_json(v)::text as row from invitations v`;
    for (const text of [...shown, JSON.stringify(rows)])
      expect(text).not.toContain(token.slice(10));
  });

  test("an owner is for owners only", async () => {
    const admin = await rest.signIn("admin", organizationId);
    const refused = await invite(admin, newEmail(), "owner");
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await invite(admin, newEmail(), "admin")).status).toBe(201);
    expect((await invite(owner, newEmail(), "owner")).status).toBe(201);
  });

  test("a member, or an address that is invited already, is a conflict", async () => {
    const member = await rest.addUser("agent", organizationId);
    expect(await invite(owner, member.email)).toMatchObject(conflict);
    const email = newEmail();
    const both = await Promise.all([invite(owner, email), invite(owner, email)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(rest.mails.filter(({ to }) => to === email)).toHaveLength(1);
    // Elsewhere it is another matter.
    expect((await invite(await rest.signIn("owner"), email)).status).toBe(201);
  });

  test("is possible again once the last one is dead", async () => {
    const email = newEmail();
    const first = (await invite(owner, email)).body;
    await owner.ask("DELETE", pathOf(first.id));
    const second = (await invite(owner, email)).body;
    await rest.world.db.rows`update invitations set expires_at = now() where id = ${second.id}`;
    expect((await invite(owner, email)).status).toBe(201);
    const pending = (await owner.ask("GET", "/api/v1/invitations")).body.data;
    expect(pending).toHaveLength(1);
  });

  test("repeated with the same key sends one mail", async () => {
    const email = newEmail();
    const key = { "idempotency-key": newId() };
    const first = await invite(owner, email, "agent", key);
    const again = await invite(owner, email, "agent", key);
    expect(again.body).toEqual(first.body);
    expect(rest.mails.filter(({ to }) => to === email)).toHaveLength(1);
  });

  test("ends for an organization that has sent fifty mails", async () => {
    const limits = createAuthLimits(rest.redis.of(0), `{${rest.keyspace.prefix}:0}:auth`);
    for (let sent = 0; sent < 50; sent += 1) await limits.invitation(organizationId);
    expect((await invite(owner, newEmail())).status).toBe(429);
  });

  test("writes names into the mail as one line each", async () => {
    await rest.world.db.rows`
      update organizations set name = ${"Evil\r\nBcc: all@example.test"}
      where id = ${organizationId}`;
    const email = newEmail();
    await invite(owner, email);
    const mail = rest.mails.findLast(({ to }) => to === email);
    expect(mail?.subject).toBe(
      "Name of owner invites you to Evil Bcc: all@example.test on Leadline",
    );
  });
});

describe("the list of invitations", () => {
  test("shows the pending ones, and others by their status", async () => {
    const ids: Record<string, string> = {};
    for (const status of ["pending", "accepted", "revoked", "expired"]) {
      ids[status] = (await invite(owner, `${status}-${newEmail()}`)).body.id;
    }
    await owner.ask("DELETE", pathOf(ids["revoked"] ?? ""));
    await rest.world.db.rows`update invitations set expires_at = now()
      where id = ${ids["expired"] ?? ""}`;
    await rest.world.db.rows`update invitations set accepted_at = now()
      where id = ${ids["accepted"] ?? ""}`;
    const list = async (query: string) =>
      (await owner.ask("GET", `/api/v1/invitations${query}`)).body.data.map(
        ({ id, status }: { id: string; status: string }) => [status, id],
      );
    expect(await list("")).toEqual([["pending", ids["pending"]]]);
    for (const [status, id] of Object.entries(ids)) {
      expect(await list(`?status=${status}`)).toEqual([[status, id]]);
    }
  });
});

describe("a link", () => {
  test("shows whose invitation it is before anything is decided", async () => {
    const { token, email } = await invited("admin");
    expect(await preview(token)).toMatchObject({
      status: 200,
      body: {
        organizationName: "Other",
        email,
        role: "admin",
        invitedBy: "Name of owner",
        hasAccount: true,
      },
    });
    const stranger = newEmail();
    await invite(owner, stranger);
    expect((await preview(rest.mailedToken(stranger))).body.hasAccount).toBe(false);
    expect(await preview("ll_invite_guess")).toMatchObject(gone);
  });

  test("sent again is another one; the old one is dead", async () => {
    const { token, email, id } = await invited();
    const admin = await rest.signIn("admin", organizationId);
    const again = await admin.ask("POST", pathOf(id, "/resend"));
    expect(again).toMatchObject({ status: 200, body: { invitedBy: { id: admin.userId } } });
    expect(await preview(token)).toMatchObject(gone);
    expect(await accept(token)).toMatchObject(gone);
    expect((await preview(rest.mailedToken(email))).status).toBe(200);
  });

  test("too old is dead, and sent again it lives another seven days", async () => {
    const { token, email, id } = await invited();
    await rest.world.db.rows`update invitations set expires_at = now() where id = ${id}`;
    expect(await accept(token)).toMatchObject(gone);
    expect((await owner.ask("POST", pathOf(id, "/resend"))).body.status).toBe("pending");
    expect((await accept(rest.mailedToken(email))).status).toBe(200);
  });

  test("revoked is dead, cannot be sent again, and revoking it twice is fine", async () => {
    const { token, id } = await invited();
    expect((await owner.ask("DELETE", pathOf(id))).status).toBe(204);
    expect((await owner.ask("DELETE", pathOf(id))).status).toBe(204);
    expect(await accept(token)).toMatchObject(gone);
    expect(await owner.ask("POST", pathOf(id, "/resend"))).toMatchObject(conflict);
  });

  test("used is neither revoked nor sent again", async () => {
    const { token, id } = await invited();
    await accept(token);
    expect(await owner.ask("DELETE", pathOf(id))).toMatchObject(conflict);
    expect(await owner.ask("POST", pathOf(id, "/resend"))).toMatchObject(conflict);
  });

  test.each([
    ["removed", "agent"],
    ["demoted to agent", "agent"],
    ["demoted to admin", "owner"],
  ])("is dead once who sent it was %s, until somebody else invites", async (fate, role) => {
    const sender = await rest.signIn("owner", organizationId);
    const email = newEmail();
    await invite(sender, email, role);
    const path = `/api/v1/users/${sender.userId}`;
    if (fate === "removed") await owner.ask("DELETE", path);
    else await owner.ask("PATCH", path, { role: fate.split(" ").at(-1) });
    expect(await preview(rest.mailedToken(email))).toMatchObject(gone);
    const again = await invite(owner, email, role);
    expect(again.status).toBe(201);
    expect((await preview(rest.mailedToken(email))).status).toBe(200);
  });

  test("is not guessed, and guessing ends", async () => {
    for (let guess = 0; guess < 100; guess += 1) await preview(`ll_invite_${guess}`);
    expect((await preview("ll_invite_guess")).status).toBe(429);
    expect((await accept("ll_invite_guess")).status).toBe(429);
  });
});

describe("accepting", () => {
  test("makes the account of a new person, who is then signed in with that role", async () => {
    const email = newEmail();
    const { id } = (await invite(owner, email, "admin")).body;
    const answer = await accept(rest.mailedToken(email), { name: " Grace Hopper " });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        user: { name: "Grace Hopper", email },
        organization: { id: organizationId },
        role: "admin",
        isOperator: false,
        refreshToken: null,
      },
    });
    expect(answer.headers.get("set-cookie")).toContain("ll_refresh=");
    expect((await rest.logIn(email)).status).toBe(200);
    const { body } = await owner.ask("GET", pathOf(id));
    expect(body).toMatchObject({ status: "accepted", acceptedAt: expect.any(String) });
    const log = (await owner.ask("GET", "/api/v1/audit?action=user.joined")).body.data;
    expect(log).toMatchObject([
      {
        resourceId: answer.body.user.id,
        actor: { id: answer.body.user.id, name: "Grace Hopper" },
        after: { email, role: "admin", invitationId: id },
        address: "127.0.0.1",
      },
    ]);
  });

  test("needs a name and a decent password of a new person, and is not spent without", async () => {
    const email = newEmail();
    await invite(owner, email);
    const token = rest.mailedToken(email);
    const invalid = { status: 422, body: { code: "invalid_input" } };
    expect(await accept(token)).toMatchObject(invalid);
    expect(await accept(token, { name: "Ada", password: "short" })).toMatchObject(invalid);
    expect(await accept(token, { name: "Ada", password: email })).toMatchObject(invalid);
    expect((await accept(token, { name: "Ada" })).status).toBe(200);
  });

  test("takes an existing person's own password, and acts here from then on", async () => {
    const { token, userId } = await invited();
    const answer = await accept(token, { refreshTokenIn: "body" });
    expect(answer.body).toMatchObject({
      user: { id: userId, name: "Name of viewer" },
      organization: { id: organizationId },
      role: "agent",
    });
    expect(answer.body.refreshToken).toStartWith("ll_rt_");
    const ask = rest.withToken(answer.body.accessToken);
    expect((await ask("GET", "/api/v1/auth/organizations")).body.data).toHaveLength(2);
  });

  test("with a wrong password is a failed sign-in, counted as one", async () => {
    const { token, email } = await invited();
    const wrong = await accept(token, { password: "not the password" });
    const body = { email, password: "not the password" };
    const login = await rest.stranger("POST", "/api/v1/auth/login", body);
    expect(withoutRequestId(wrong)).toEqual(withoutRequestId(login));
    for (let tries = 0; tries < 8; tries += 1) await accept(token, { password: "not it" });
    expect((await accept(token)).status).toBe(429);
    expect((await rest.logIn(email)).status).toBe(429);
    expect(await memberships(email)).toEqual([]);
  });

  test("twice at once makes one membership, of one person", async () => {
    for (const email of [newEmail(), (await rest.addUser("viewer")).email]) {
      await invite(owner, email);
      const token = rest.mailedToken(email);
      const answers = await Promise.all([
        accept(token, { name: "Ada" }),
        accept(token, { name: "Ada" }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
      expect(await memberships(email)).toHaveLength(1);
      expect(await accept(token)).toMatchObject(gone);
    }
  });

  test("brings a removed member back as the same person, with none of their old sessions", async () => {
    const agent = await rest.signIn("agent", organizationId);
    await owner.ask("DELETE", `/api/v1/users/${agent.userId}`);
    expect((await invite(owner, agent.email, "viewer")).status).toBe(201);
    const answer = await accept(rest.mailedToken(agent.email));
    expect(answer.body).toMatchObject({ user: { id: agent.userId }, role: "viewer" });
    expect(await memberships(agent.email)).toEqual([
      { role: "viewer", removedAt: null, version: 3 },
    ]);
    expect((await agent.ask("GET", "/api/v1/auth/me")).status).toBe(401);
  });

  test("is nothing for who became a member in the meantime", async () => {
    const { token, userId } = await invited();
    await rest.world.db.rows`insert into memberships (organization_id, user_id, role)
      values (${organizationId}, ${userId}, 'viewer')`;
    expect(await accept(token)).toMatchObject(conflict);
  });

  test("is not done by another site's page", async () => {
    const { token } = await invited();
    const body = { token, password: PASSWORD };
    const headers = { "sec-fetch-site": "cross-site" };
    const answer = await rest.stranger("POST", pathOf("accept"), body, headers);
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });
});
