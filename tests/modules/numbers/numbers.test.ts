import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const PATH = "/api/v1/settings/whatsapp";

let rest: RestWorld;
let organizationId: string;
let admin: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("numbers");
});
beforeEach(async () => {
  await rest.reset();
  organizationId = await rest.addOrganization();
  admin = await rest.signIn("admin", organizationId);
});
afterAll(() => rest.close());

const body = (part: object = {}) => ({
  phoneNumberId: rest.meta.freshNumber(),
  wabaId: rest.meta.identity.wabaId,
  accessToken: rest.meta.identity.accessToken,
  ...part,
});
const connect = async (part: object = {}) => (await admin.ask("POST", PATH, body(part))).body;
const ownApp = { app: { appSecret: "first-app-secret", verifyToken: "verify-token" } };

describe("connecting", () => {
  test("asks Meta, and shows what leads see; the token is shown nowhere", async () => {
    const number = await connect();
    expect(number).toMatchObject({
      verifiedName: "Northwind Solar",
      displayPhoneNumber: expect.stringContaining("+1 415 555"),
      connected: true,
      app: "platform",
    });
    const { data } = (await admin.ask("GET", PATH)).body;
    expect(data).toEqual([number]);
    const everything = JSON.stringify([
      data,
      (await admin.ask("GET", "/api/v1/audit")).body,
      await rest.world.db.rows`select to_jsonb(i) as row from integrations i`,
      await rest.world.db.rows`select to_jsonb(a) as row from audit_log a`,
    ]);
    // The box of these tests seals nothing: what stands in the one column is the token itself.
    const shown = everything.split(rest.meta.identity.accessToken).length - 1;
    expect(shown).toBe(1);
  });

  test("is refused where Meta refuses, in words for whoever typed it", async () => {
    const tries: [object, RegExp][] = [
      [{ accessToken: "not-a-token" }, /access token is not valid/],
      [{ phoneNumberId: "1" }, /no such id/],
      [{ wabaId: "1" }, /no such id/],
    ];
    for (const [part, words] of tries) {
      const { status, body: problem } = await admin.ask("POST", PATH, body(part));
      expect([status, problem.code]).toEqual([422, "invalid_input"]);
      expect(JSON.stringify(problem)).toMatch(words);
    }
    await rest.meta.failWith(10, 3);
    expect(JSON.stringify((await admin.ask("POST", PATH, body())).body)).toMatch(/may not do this/);
    await rest.meta.failWith(2, 3);
    expect((await admin.ask("POST", PATH, body())).body.code).toBe("whatsapp_unavailable");
    expect((await admin.ask("GET", PATH)).body.data).toEqual([]);
  });

  test("a number that is connected anywhere is a conflict that does not say where", async () => {
    const { phoneNumberId } = await connect();
    const other = await rest.signIn("owner", await rest.addOrganization());
    for (const { ask } of [admin, other]) {
      const answer = await ask("POST", PATH, body({ phoneNumberId }));
      expect([answer.status, answer.body.code]).toEqual([409, "conflict"]);
      expect(JSON.stringify(answer.body)).not.toContain(organizationId);
    }
  });

  test("ten at once connect it once", async () => {
    const { phoneNumberId } = body();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => admin.ask("POST", PATH, body({ phoneNumberId }))),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array(9).fill(409)]);
  });

  test("an own app gets an address that nobody can guess", async () => {
    const { webhookUrl, app } = await connect(ownApp);
    expect(app).toBe("own");
    expect(webhookUrl).toMatch(/\/webhooks\/whatsapp\/[\w-]{32}$/);
  });
});

describe("the status", () => {
  test("tells what Meta says now, and each problem with its fix", async () => {
    const { id } = await connect();
    const path = `${PATH}/${id}/status`;
    const well = (await admin.ask("GET", path)).body;
    expect(well).toMatchObject({ quality: "GREEN", throughput: "STANDARD", subscribed: true });
    expect(codes(well)).toEqual(["no_webhook_yet"]);
    await rest.meta.failWith(190, 2);
    const refused = (await admin.ask("GET", path)).body;
    expect([refused.quality, ...codes(refused)]).toEqual([
      null,
      "access_refused",
      "no_webhook_yet",
    ]);
    await rest.meta.failWith(2, 2);
    expect(codes((await admin.ask("GET", path)).body)).toContain("meta_unavailable");
  });
});
const codes = ({ problems }: Json) => problems.map(({ code }: Json) => code);

describe("rotating", () => {
  test("a token counts only when Meta takes it", async () => {
    const { id } = await connect();
    const path = `${PATH}/${id}/rotate-token`;
    expect((await admin.ask("POST", path, { accessToken: "stolen" })).status).toBe(422);
    const { accessToken } = rest.meta.identity;
    expect((await admin.ask("POST", path, { accessToken })).body).toMatchObject({ version: 2 });
  });

  test("the app secret before verifies for a while longer", async () => {
    const { id } = await connect(ownApp);
    const path = `${PATH}/${id}/rotate-app-secret`;
    const rotated = await admin.ask("POST", path, { appSecret: "second-app-secret" });
    const until = new Date(rotated.body.oldAppSecretUntil).getTime() - Date.now();
    expect(until).toBeGreaterThan(23 * 3_600_000);
    const { listActiveIntegrations } = await import("../../../src/db/queries/integrations.ts");
    const [row] = await listActiveIntegrations(rest.world.db).then((rows) =>
      rows.filter((one) => one.id === id),
    );
    expect(row).toMatchObject({
      appSecretBox: "second-app-secret",
      oldAppSecretBox: "first-app-secret",
    });
    await admin.ask("POST", path, { appSecret: "third-app-secret", overlapMinutes: 0 });
    const after = (await admin.ask("GET", `${PATH}/${id}`)).body;
    expect(after.oldAppSecretUntil).toBeNull();
  });

  test("a number on the platform's app has no secret of its own to rotate", async () => {
    const { id } = await connect();
    const answer = await admin.ask("POST", `${PATH}/${id}/rotate-app-secret`, {
      appSecret: "second-app-secret",
    });
    expect(answer.body.code).toBe("conflict");
  });
});

describe("disconnecting", () => {
  test("ends what was planned and queued, keeps the chats, and can be taken back", async () => {
    const agent = await rest.signIn("admin");
    const id = rest.world.integrationId;
    await rest.world.receive({});
    const { id: conversationId } = await rest.world.conversation();
    await rest.world.turn(conversationId);
    await rest.world.receive({ text: "And when?" });
    const ended = await agent.ask("POST", `${PATH}/${id}/disconnect`);
    expect(ended.body).toMatchObject({ connected: false });
    expect(await rest.world.outgoing()).toMatchObject([
      { state: "cancelled", cancelReason: "disconnected" },
    ]);
    const { wakeSeq, handledSeq, followUpAt } = await rest.world.conversation();
    expect([handledSeq, followUpAt]).toEqual([wakeSeq, null]);
    const chat = `/api/v1/conversations/${conversationId}`;
    expect((await agent.ask("GET", `${chat}/messages`)).body.data).toHaveLength(3);
    await agent.ask("POST", `${chat}/takeover`);
    const sent = await agent.ask(
      "POST",
      `${chat}/messages`,
      { text: "Still there?" },
      { "idempotency-key": crypto.randomUUID() },
    );
    expect(sent.body.code).toBe("conflict");
    expect((await agent.ask("POST", `${PATH}/${id}/disconnect`)).body.code).toBe("conflict");
    await rest.world.db.rows`update integrations set active = true where id = ${id}`;
  });

  test("what comes in late wakes nobody, and the number may go to another organization", async () => {
    const { id, phoneNumberId } = await connect();
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    const other = await rest.signIn("owner", await rest.addOrganization());
    expect((await other.ask("POST", PATH, body({ phoneNumberId }))).status).toBe(201);
    expect((await admin.ask("POST", PATH, body({ phoneNumberId }))).body.code).toBe("conflict");
  });

  test("connecting it again goes on with the same row", async () => {
    const { id, phoneNumberId } = await connect();
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    const again = (await admin.ask("POST", PATH, body({ phoneNumberId }))).body;
    expect(again).toMatchObject({ id, connected: true, version: 3 });
  });
});
