import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

type Person = Awaited<ReturnType<RestWorld["signIn"]>>;

let rest: RestWorld;
/** A new organization for each test: who is its last owner must be known. */
let organizationId: string;
let owner: Person;
beforeAll(async () => {
  rest = await createRestWorld("users");
});
beforeEach(async () => {
  organizationId = await rest.addOrganization();
  owner = await rest.signIn("owner", organizationId);
});
afterAll(() => rest.close());

const path = ({ userId }: { userId: string }) => `/api/v1/users/${userId}`;
const join = (role: "owner" | "admin" | "agent" | "viewer") => rest.signIn(role, organizationId);

describe("changing a role", () => {
  test("counts from the next request of the person on, and is in the audit log", async () => {
    const agent = await join("agent");
    const changed = await owner.ask("PATCH", path(agent), { role: "admin" });
    expect([changed.status, changed.body.role, changed.body.version]).toEqual([200, "admin", 2]);
    expect(changed.headers.get("etag")).toBe('"2"');
    const log = await agent.ask("GET", "/api/v1/audit");
    expect(log.body.data[0]).toMatchObject({
      action: "user.role_changed",
      actor: { kind: "person", id: owner.userId },
      resourceId: agent.userId,
      before: { role: "agent" },
      after: { role: "admin" },
    });
  });

  test("makes and unmakes owners only by the will of an owner", async () => {
    const [admin, agent] = [await join("admin"), await join("agent")];
    const tries = [
      await admin.ask("PATCH", path(agent), { role: "owner" }),
      await admin.ask("PATCH", path(admin), { role: "owner" }),
      await admin.ask("PATCH", path(owner), { role: "viewer" }),
      await admin.ask("DELETE", path(owner)),
    ];
    expect(tries.map(({ body }) => body.code)).toEqual(Array(4).fill("forbidden"));
    expect((await owner.ask("PATCH", path(agent), { role: "owner" })).status).toBe(200);
  });

  test("is refused when somebody changed the member in between", async () => {
    const agent = await join("agent");
    const stale = { "if-match": '"1"' };
    expect((await owner.ask("PATCH", path(agent), { role: "viewer" }, stale)).status).toBe(200);
    expect((await owner.ask("DELETE", path(agent), undefined, stale)).body.code).toBe(
      "precondition_failed",
    );
  });
});

describe("the last owner", () => {
  test("is neither demoted nor removed", async () => {
    const demoted = await owner.ask("PATCH", path(owner), { role: "admin" });
    const removed = await owner.ask("DELETE", path(owner));
    expect([demoted.body.code, removed.body.code]).toEqual(["conflict", "conflict"]);
  });

  test("stays, though two owners unmake each other at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const second = await join("owner");
      await Promise.all([
        owner.ask("PATCH", path(second), { role: "admin" }),
        second.ask("PATCH", path(owner), { role: "admin" }),
      ]);
      const { rows } = rest.world.db;
      const owners = await rows`select 1 from memberships
        where organization_id = ${organizationId} and role = 'owner' and removed_at is null`;
      expect(owners).toHaveLength(1);
      await rows`update memberships set role = 'owner'
        where organization_id = ${organizationId} and user_id = ${owner.userId}`;
      await rows`update memberships set role = 'admin'
        where organization_id = ${organizationId} and user_id = ${second.userId}`;
    }
  });
});

describe("removing a member", () => {
  test("ends their sessions here at once, and only here", async () => {
    const agent = await join("agent");
    await rest.world.db.rows`insert into memberships (organization_id, user_id, role)
      values (${rest.world.organizationId}, ${agent.userId}, 'viewer')`;
    const elsewhere = await rest.stranger("POST", "/api/v1/auth/login", {
      email: agent.email,
      password: "a long enough password",
      organizationId: rest.world.organizationId,
    });
    expect((await owner.ask("DELETE", path(agent))).status).toBe(204);
    expect((await agent.ask("GET", "/api/v1/users/me")).status).toBe(401);
    const { accessToken } = elsewhere.body;
    expect((await rest.withToken(accessToken)("GET", "/api/v1/users/me")).status).toBe(200);
    expect((await owner.ask("GET", path(agent))).body.code).toBe("not_found");
    const { data } = (await owner.ask("GET", "/api/v1/users")).body;
    expect(data.map(({ id }: { id: string }) => id)).toEqual([owner.userId]);
  });

  test("frees the chats they had taken over, and tells the dashboards", async () => {
    const leaver = await rest.signIn("agent");
    const boss = await rest.signIn("admin");
    await rest.world.receive({});
    const { id: conversationId } = await rest.world.conversation();
    const chat = `/api/v1/conversations/${conversationId}`;
    await leaver.ask("POST", `${chat}/takeover`);
    expect((await boss.ask("POST", `${chat}/takeover`)).body.code).toBe("conflict");
    expect((await boss.ask("DELETE", path(leaver))).status).toBe(204);
    const free = await boss.ask("GET", chat);
    expect(free.body).toMatchObject({ mode: "human", takenOverBy: null });
    const told = (await rest.events()).filter((one) => one.kind === "conversation.updated");
    expect(told.at(-1)).toMatchObject({
      entityId: conversationId,
      version: free.body.version,
      data: { takenOverBy: null },
    });
    expect((await boss.ask("POST", `${chat}/takeover`)).status).toBe(200);
  });
});

test("people rename themselves, and nobody else", async () => {
  const agent = await join("agent");
  const renamed = await agent.ask("PATCH", "/api/v1/users/me", { name: " Grace Hopper " });
  expect(renamed.body).toMatchObject({ id: agent.userId, name: "Grace Hopper", version: 2 });
  const other = await owner.ask("PATCH", path(agent), { name: "Somebody" });
  expect(other.body.code).toBe("invalid_input");
});
