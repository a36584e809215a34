import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { listRoutedIntegrations } from "../../../src/db/queries/integrations.ts";
import { newId } from "../../../src/lib/ids.ts";
import { findNumber } from "../../../src/modules/internal/service.ts";
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
  await rest.meta.reset();
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
  test("asks Meta, subscribes the app, and shows what leads see", async () => {
    await rest.meta.unsubscribe();
    const number = await connect();
    expect(number).toMatchObject({
      verifiedName: "Northwind Solar",
      displayPhoneNumber: expect.stringContaining("+1 415 555"),
      connected: true,
      app: "platform",
    });
    expect(number.webhookUrl).toEndWith("/webhooks/whatsapp");
    const one = await admin.ask("GET", `${PATH}/${number.id}`);
    expect([one.body.id, one.headers.get("etag")]).toEqual([number.id, '"1"']);
    expect(await rest.meta.isSubscribed()).toBe(true);
    const [row] = await rest.world.db.rows<{ portfolioId: string }>`
      select portfolio_id from integrations where id = ${number.id}`;
    expect(row).toEqual({ portfolioId: rest.meta.identity.portfolioId });
  });

  test("several numbers, oldest first; another organization sees none", async () => {
    const numbers = [await connect(), await connect(ownApp), await connect()];
    expect((await admin.ask("GET", PATH)).body.data).toEqual(numbers);
    const other = await rest.signIn("owner", await rest.addOrganization());
    expect((await other.ask("GET", PATH)).body.data).toEqual([]);
    expect((await other.ask("GET", `${PATH}/${numbers[0].id}`)).status).toBe(404);
  });

  test("is refused where Meta refuses, in words for whoever typed it, and stores nothing", async () => {
    const { wabaId } = rest.meta.identity;
    const tries: [object, RegExp][] = [
      [{ accessToken: "not-a-token" }, /^accessToken: .* Make a new one/],
      [{ phoneNumberId: "1" }, /^phoneNumberId: Meta knows no such id/],
      [{ wabaId: "1" }, /^wabaId: Meta knows no such id/],
      // An account's id where a number's belongs, and the other way round.
      [{ phoneNumberId: wabaId }, /^phoneNumberId: this is no number's id/],
      [{ wabaId: rest.meta.freshNumber() }, /^wabaId: Meta knows no such id/],
    ];
    for (const [part, words] of tries) {
      const { status, body: problem } = await admin.ask("POST", PATH, body(part));
      expect([status, problem.code]).toEqual([422, "invalid_input"]);
      expect(problem.detail).toMatch(words);
    }
    await rest.meta.failWith(10);
    expect((await admin.ask("POST", PATH, body())).body.detail).toMatch(/it may not do this/);
    await rest.meta.reset();
    await rest.meta.failWith(2);
    const away = await admin.ask("POST", PATH, body());
    expect([away.status, away.body.code]).toEqual([503, "whatsapp_unavailable"]);
    expect(away.headers.get("retry-after")).toBeString();
    expect((await admin.ask("GET", PATH)).body.data).toEqual([]);
  });

  test("a number that is connected anywhere is a conflict that does not say where", async () => {
    const { phoneNumberId } = await connect();
    const other = await rest.signIn("owner", await rest.addOrganization());
    const answers = [];
    for (const { ask } of [admin, other]) {
      const answer = await ask("POST", PATH, body({ phoneNumberId }));
      expect([answer.status, answer.body.code]).toEqual([409, "conflict"]);
      answers.push({ ...answer.body, requestId: "" });
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  test("ten at once connect it once, and ten repeats with one key make one", async () => {
    const { phoneNumberId } = body();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => admin.ask("POST", PATH, body({ phoneNumberId }))),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array(9).fill(409)]);
    const [asked, headers] = [body(), { "idempotency-key": newId() }];
    const repeats = await Promise.all(
      Array.from({ length: 10 }, () => admin.ask("POST", PATH, asked, headers)),
    );
    const [first] = repeats;
    for (const repeat of repeats) {
      expect([repeat.status, repeat.body]).toEqual([201, first?.body]);
    }
  });

  test("an own app gets an address that nobody can guess", async () => {
    const first = await connect(ownApp);
    const second = await connect(ownApp);
    expect(first.app).toBe("own");
    expect(first.webhookUrl).toMatch(/\/webhooks\/whatsapp\/[\w-]{32}$/);
    expect(first.webhookUrl).not.toBe(second.webhookUrl);
  });
});

describe("secrets", () => {
  test("stand in no answer, no audit row and no other column, whatever becomes of them", async () => {
    const token = await rest.meta.issueToken();
    const secrets = [token, "first-app-secret", "second-app-secret", "verify-token", "EAAG-wrong"];
    const said: Json[] = [];
    const ask = async (...asked: Parameters<typeof admin.ask>) => {
      const answer = await admin.ask(...asked);
      said.push(answer.body, [...answer.headers]);
      return answer.body;
    };
    const key = { "idempotency-key": newId() };
    const { id } = await ask("POST", PATH, body({ ...ownApp, accessToken: token }), key);
    await ask("POST", PATH, body({ accessToken: "EAAG-wrong" }));
    await ask("POST", PATH, body({ accessToken: `${token} with a space` }));
    await ask("POST", PATH, { ...body(), accessToken: token, app: "first-app-secret" });
    await ask("POST", `${PATH}/${id}/rotate-token`, { accessToken: "EAAG-wrong" });
    await rest.meta.failWith(2);
    await ask("POST", `${PATH}/${id}/rotate-token`, { accessToken: token });
    await rest.meta.reset();
    await ask("POST", `${PATH}/${id}/rotate-app-secret`, { appSecret: "second-app-secret" });
    await ask("GET", PATH);
    await ask("GET", `${PATH}/${id}`);
    await rest.world.db.rows`update integrations set checked_at = null`;
    await ask("GET", `${PATH}/${id}/status`);
    await ask("GET", "/api/v1/audit");
    // The box of these tests seals nothing, so that whatever else is kept would show.
    const kept = await rest.world.db.rows<{ row: string }>`
      select (to_jsonb(i) - 'access_token_box' - 'app_secret_box' - 'old_app_secret_box'
        - 'verify_token_box')::text as row from integrations i
      union all select to_jsonb(a)::text from audit_log a
      union all select to_jsonb(k)::text from idempotency_keys k
      union all select to_jsonb(o)::text from outbox o`;
    const actions = kept.flatMap(({ row }) => JSON.parse(row).action ?? []);
    expect(actions).toContain("number.app_secret_rotated");
    const everything = JSON.stringify([said, kept]);
    for (const secret of secrets) {
      expect([secret, everything.includes(secret)]).toEqual([secret, false]);
    }
  });
});

describe("rotating", () => {
  test("a token counts only when Meta takes it, for this number", async () => {
    const { id } = await connect();
    const path = `${PATH}/${id}/rotate-token`;
    expect((await admin.ask("POST", path, { accessToken: "stolen" })).status).toBe(422);
    const accessToken = await rest.meta.issueToken();
    expect((await admin.ask("POST", path, { accessToken })).body).toMatchObject({ version: 2 });
    const [row] = await rest.world.db.rows<{ accessTokenBox: string }>`
      select access_token_box from integrations where id = ${id}`;
    expect(row).toEqual({ accessTokenBox: accessToken });
  });

  test("the app secret before verifies for a day longer, or as long as was asked for", async () => {
    const { id } = await connect(ownApp);
    const path = `${PATH}/${id}/rotate-app-secret`;
    const routed = async () =>
      (await listRoutedIntegrations(rest.world.db)).find((one) => one.id === id);
    const rotated = await admin.ask("POST", path, { appSecret: "second-app-secret" });
    const hours = (Date.parse(rotated.body.oldAppSecretUntil) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(24);
    const secrets = { appSecretBox: "second-app-secret", oldAppSecretBox: "first-app-secret" };
    expect(await routed()).toMatchObject(secrets);
    await rest.world.db.rows`
      update integrations set old_app_secret_until = now() where id = ${id}`;
    expect(await routed()).toMatchObject({ oldAppSecretBox: null });
    await admin.ask("POST", path, { appSecret: "third-app-secret", overlapMinutes: 0 });
    expect((await admin.ask("GET", `${PATH}/${id}`)).body.oldAppSecretUntil).toBeNull();
    const [row] = await rest.world.db.rows<{ oldAppSecretBox: string | null }>`
      select old_app_secret_box from integrations where id = ${id}`;
    expect(row).toEqual({ oldAppSecretBox: null });
  });

  test("a number on the platform's app has no secret of its own; a disconnected one has nothing", async () => {
    const { id } = await connect();
    const rotate = { appSecret: "second-app-secret" };
    const path = `${PATH}/${id}/rotate-app-secret`;
    expect((await admin.ask("POST", path, rotate)).body.code).toBe("conflict");
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    const { accessToken } = rest.meta.identity;
    const token = await admin.ask("POST", `${PATH}/${id}/rotate-token`, { accessToken });
    expect(token.body.code).toBe("conflict");
  });
});

describe("disconnecting", () => {
  test("forgets the token, and lets the number go to another organization", async () => {
    const { id, phoneNumberId } = await connect();
    const ended = await admin.ask("POST", `${PATH}/${id}/disconnect`);
    expect(ended.body).toMatchObject({ connected: false, version: 2 });
    const [row] = await rest.world.db.rows<{ accessTokenBox: string }>`
      select access_token_box from integrations where id = ${id}`;
    expect(row).toEqual({ accessTokenBox: "" });
    expect((await admin.ask("POST", `${PATH}/${id}/disconnect`)).body.code).toBe("conflict");
    const other = await rest.signIn("owner", await rest.addOrganization());
    const there = await other.ask("POST", PATH, body({ phoneNumberId }));
    expect(there.status).toBe(201);
    expect((await admin.ask("POST", PATH, body({ phoneNumberId }))).body.code).toBe("conflict");
    await other.ask("POST", `${PATH}/${there.body.id}/disconnect`);
    expect((await admin.ask("POST", PATH, body({ phoneNumberId }))).body).toMatchObject({ id });
  });

  test("connecting it again goes on with the same row and, for an own app, the same address", async () => {
    const { id, phoneNumberId, webhookUrl } = await connect(ownApp);
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    const again = (await admin.ask("POST", PATH, body({ phoneNumberId, ...ownApp }))).body;
    expect(again).toMatchObject({ id, webhookUrl, connected: true, version: 3 });
  });

  test("a key that another number's webhooks may come by goes on being known", async () => {
    const [gone, stays] = [await connect(ownApp), await connect(ownApp)];
    const known = async () =>
      (await listRoutedIntegrations(rest.world.db))
        .filter((row) => row.organizationId === organizationId)
        .map(({ id, active }) => [id, active])
        .toSorted();
    await admin.ask("POST", `${PATH}/${gone.id}/disconnect`);
    const both = [
      [gone.id, false],
      [stays.id, true],
    ];
    expect(await known()).toEqual(both.toSorted());
    await admin.ask("POST", `${PATH}/${stays.id}/disconnect`);
    expect(await known()).toEqual([]);
  });

  test("operators' services find who has the number, or else who had it last", async () => {
    const caller = { name: "crm", address: "::1", requestId: newId() };
    const { id, phoneNumberId } = await connect();
    const find = () => findNumber(rest.world.db, caller, { phoneNumberId });
    await admin.ask("POST", `${PATH}/${id}/disconnect`);
    expect(await find()).toMatchObject({ organizationId, active: false });
    const elsewhere = await rest.addOrganization();
    const other = await rest.signIn("owner", elsewhere);
    await other.ask("POST", PATH, body({ phoneNumberId }));
    expect(await find()).toMatchObject({ organizationId: elsewhere, active: true });
  });
});

describe("a number's settings", () => {
  const addTemplate = async (integrationId: string, text = "Shall we go on?") => {
    const id = newId();
    await rest.world.db.rows`
      insert into templates (organization_id, id, integration_id, name, language, category, status,
        components)
      values (${organizationId}, ${id}, ${integrationId}, ${id}, 'en', 'UTILITY', 'PENDING',
        ${rest.world.db.json([{ type: "BODY", text }])})`;
    return id;
  };

  test("name the template that asks a lead to write again, and take it back", async () => {
    const { id } = await connect();
    const reopeningTemplateId = await addTemplate(id);
    const set = await admin.ask("PATCH", `${PATH}/${id}`, { reopeningTemplateId });
    expect([set.status, set.headers.get("etag")]).toEqual([200, '"2"']);
    expect(set.body).toMatchObject({ reopeningTemplateId, sendsPerSecond: 80 });
    const off = await admin.ask("PATCH", `${PATH}/${id}`, {
      reopeningTemplateId: null,
      sendsPerSecond: 20,
    });
    expect(off.body).toMatchObject({ reopeningTemplateId: null, sendsPerSecond: 20 });
  });

  test("refuse one with variables, and another number's", async () => {
    const [mine, other] = [await connect(), await connect()];
    const wrong = [
      await addTemplate(mine.id, "Hi {{1}}, shall we go on?"),
      await addTemplate(other.id),
      newId(),
    ];
    for (const reopeningTemplateId of wrong) {
      const answer = await admin.ask("PATCH", `${PATH}/${mine.id}`, { reopeningTemplateId });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
      expect(answer.body.detail).toStartWith("reopeningTemplateId: ");
    }
  });

  test("are not overwritten by who saw an older version", async () => {
    const { id } = await connect();
    await admin.ask("PATCH", `${PATH}/${id}`, { sendsPerSecond: 1_000 });
    const late = await admin.ask(
      "PATCH",
      `${PATH}/${id}`,
      { sendsPerSecond: 20 },
      {
        "if-match": '"1"',
      },
    );
    expect(late).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
  });
});
