import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createAnnouncer } from "../../../src/flows/announce.ts";
import { createDueTemplateSync } from "../../../src/flows/templates/sync.ts";
import { newId } from "../../../src/lib/ids.ts";
import { sampleDocument, sampleImage } from "../../../src/simulator/phone/sample-files.ts";
import { createGraphTemplates } from "../../../src/whatsapp/template-client.ts";
import { silentLog, tempDir } from "../../support/servers.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const PATH = "/api/v1/templates";
const NUMBERS = "/api/v1/settings/whatsapp";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let organizationId: string;
let integrationId: string;
beforeAll(async () => {
  rest = await createRestWorld("templates_at_meta", { MEDIA_URL: `file://${tempDir("samples")}` });
});
beforeEach(async () => {
  await rest.world.db.rows`truncate templates`;
  await rest.reset();
  await rest.meta.reset();
  organizationId = await rest.addOrganization();
  me = await rest.signIn("admin", organizationId);
  integrationId = await connect();
});
afterAll(() => rest.close());

async function connect(): Promise<string> {
  const { wabaId, accessToken } = rest.meta.identity;
  const asked = { phoneNumberId: rest.meta.freshNumber(), wabaId, accessToken };
  return (await me.ask("POST", NUMBERS, asked)).body.id;
}

const footer = { type: "FOOTER", text: "Northwind" };

async function sample(bytes: BodyInit, type: string, token = me.accessToken): Promise<string> {
  const answer = await fetch(`${rest.origin}/api/v1/files`, {
    method: "POST",
    headers: {
      ...{ authorization: `Bearer ${token}`, "content-type": type },
      "idempotency-key": newId(),
    },
    body: bytes,
  });
  return (await answer.json()).id;
}

const body = { type: "BODY", text: "Hi {{1}}, shall we go on?", samples: ["Ann"] };
const draft = { name: "go_on", language: "en", category: "UTILITY", components: [body] };
const write = async (more: object = {}): Promise<Json> =>
  (await me.ask("POST", PATH, { integrationId, ...draft, ...more })).body;
const submit = (id: string, headers = {}) =>
  me.ask("POST", `${PATH}/${id}/submit`, undefined, headers);
const submitted = async (more: object = {}): Promise<Json> =>
  (await submit((await write(more)).id)).body;
const read = async (id: string): Promise<Json> => (await me.ask("GET", `${PATH}/${id}`)).body;
const edit = (id: string, change: object, headers = {}) =>
  me.ask("PATCH", `${PATH}/${id}`, change, headers);
const remove = (id: string) => me.ask("DELETE", `${PATH}/${id}`);
const sync = () => me.ask("POST", `${PATH}/sync`, { integrationId });
/** Meta's reviewers decide; the webhook goes nowhere here. */
const review = (event: string, name = "go_on", reason?: string) =>
  rest.meta.control("POST", "api/templates/review", { name, event, ...(reason && { reason }) });
const atMeta = async (): Promise<Json[]> =>
  (await rest.meta.control("GET", `graph/v25.0/${rest.meta.identity.wabaId}/message_templates`))
    .data;
const makeAtMeta = (more: object = {}) =>
  rest.meta.control("POST", `graph/v25.0/${rest.meta.identity.wabaId}/message_templates`, {
    ...draft,
    components: [{ type: "BODY", text: body.text, example: { body_text: [["Ann"]] } }],
    ...more,
  });

describe("a draft that is submitted", () => {
  test("is under review at Meta, in its words, and nothing is claimed before Meta says so", async () => {
    const template = await submitted();
    expect(template).toMatchObject({ status: "PENDING", category: "UTILITY", feeUsd: null });
    expect(await atMeta()).toMatchObject([
      {
        id: template.metaTemplateId,
        name: "go_on",
        components: [{ type: "BODY", text: body.text, example: { body_text: [["Ann"]] } }],
      },
    ]);
    expect(await submit(template.id)).toMatchObject({ status: 409, body: { code: "conflict" } });
  });

  test("is one template, however often and at once it is submitted", async () => {
    const { id } = await write();
    const key = { "idempotency-key": newId() };
    const first = await submit(id, key);
    expect((await submit(id, key)).body).toEqual(first.body);
    const { id: other } = await write({ name: "other" });
    const all = await Promise.all([submit(other), submit(other), submit(other)]);
    expect(all.some(({ status }) => status === 200)).toBe(true);
    expect((await atMeta()).map(({ name }) => name)).toEqual(["go_on", "other"]);
  });

  test("is found again when our commit was lost after Meta's yes", async () => {
    const { id } = await write();
    const { id: metaTemplateId } = await makeAtMeta();
    expect((await submit(id)).body).toMatchObject({ status: "PENDING", metaTemplateId });
    expect(await atMeta()).toHaveLength(1);
  });

  test("and whose answer is lost stays a draft, and is taken up later", async () => {
    const { id } = await write();
    await rest.meta.failWith(2, rest.meta.identity.wabaId);
    expect(await submit(id)).toMatchObject({ body: { code: "whatsapp_unavailable" } });
    expect(await read(id)).toMatchObject({ status: "draft", version: 1 });
  });

  test("does not take over another template that has its name at Meta", async () => {
    const { id } = await write();
    await makeAtMeta({ components: [{ type: "BODY", text: "Something else." }] });
    expect(await submit(id)).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(await read(id)).toMatchObject({ status: "draft" });
  });

  test("that Meta refuses says why, in words for whoever wrote it", async () => {
    const components = [{ type: "BODY", text: "A {{1}}-{{2}}, {{3}}!", samples: ["a", "b", "c"] }];
    const { body: problem } = await submit((await write({ components })).id);
    expect(problem).toMatchObject({ code: "invalid_input" });
    expect(problem.detail).toContain("too many variables");
  });

  describe("with a file as its header", () => {
    const header = { type: "HEADER", format: "IMAGE" };
    const components = (sampleFileId?: string) => [
      { ...header, ...(sampleFileId !== undefined && { sampleFileId }) },
      body,
    ];

    test("is not even sent without a sample", async () => {
      const { body: problem } = await submit((await write({ components: components() })).id);
      expect(problem).toMatchObject({ errors: [{ path: "body.components.0.sampleFileId" }] });
      expect(await atMeta()).toEqual([]);
    });

    test("is sent with the sample that Meta was given first, also when it is changed", async () => {
      const id = await sample(sampleImage("a roof"), "image/png");
      const template = await submitted({ components: components(id) });
      expect(template).toMatchObject({ status: "PENDING", components: components(id) });
      const handleNow = async () =>
        (await atMeta()).map((one) => one.components[0].example.header_handle[0])[0];
      const handle = await handleNow();
      expect(handle).toStartWith("4::");
      await review("APPROVED");
      await sync();
      const other = [...components(await sample(sampleImage("a roof"), "image/png")), footer];
      const changed = await edit(template.id, { components: other });
      expect(changed.body).toMatchObject({ status: "PENDING", components: other });
      expect(await handleNow()).not.toBe(handle);
    });

    test("is refused with a file of another kind, one of others, and one that is gone", async () => {
      const text = await sample(sampleDocument("Prices"), "application/pdf");
      const other = await rest.signIn("admin", await rest.addOrganization());
      const theirs = await sample(sampleImage("a roof"), "image/png", other.accessToken);
      const erased = await sample(sampleImage("a roof"), "image/png");
      await rest.world.db.rows`update files set state = 'pending' where id = ${erased}`;
      for (const [at, id] of [text, theirs, erased].entries()) {
        const written = await write({ name: `sample_${at}`, components: components(id) });
        const { status, body: problem } = await submit(written.id);
        expect([status, problem.errors]).toEqual([
          422,
          [expect.objectContaining({ path: "body.components.0.sampleFileId" })],
        ]);
      }
      expect(await atMeta()).toEqual([]);
    });
  });

  test("is refused while its number is disconnected", async () => {
    const { id } = await write();
    await me.ask("POST", `${NUMBERS}/${integrationId}/disconnect`);
    expect(await submit(id)).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});

describe("what Meta has", () => {
  test("is changed there first, and reviewed anew", async () => {
    const { id } = await submitted();
    const components = [{ ...body, text: "Hi {{1}}, or not?" }];
    expect(await edit(id, { components })).toMatchObject({ status: 409 });
    await review("APPROVED");
    await sync();
    expect((await edit(id, { components })).body).toMatchObject({ status: "PENDING", components });
    expect(await atMeta()).toMatchObject([{ components: [{ text: "Hi {{1}}, or not?" }] }]);
    await review("APPROVED");
    await sync();
    const again = await edit(id, { components: [{ ...body, text: "Hi {{1}}, again?" }] });
    expect(again).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(again.body.detail).toContain("once a day");
    expect(await read(id)).toMatchObject({ status: "APPROVED", components });
  });

  test("keeps its name, its language and, once approved, its category", async () => {
    const { id } = await submitted();
    await review("APPROVED");
    await sync();
    for (const change of [{ name: "new" }, { language: "es" }, { category: "MARKETING" }]) {
      expect(await edit(id, change)).toMatchObject({ status: 409, body: { code: "conflict" } });
    }
  });

  test("has its variables here, so that they change without a review", async () => {
    const { id } = await submitted();
    await review("APPROVED");
    await sync();
    const variables = [{ name: "1", source: "lead.name", fallback: "there" }];
    expect((await edit(id, { variables })).body).toMatchObject({ status: "APPROVED", variables });
    const wrong = await edit(id, { variables: [{ ...variables[0], name: "2" }] });
    expect(wrong).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    await sync();
    expect(await read(id)).toMatchObject({ variables });
  });

  test("is not changed by whoever has an old version", async () => {
    const { id } = await submitted();
    await review("REJECTED");
    await sync();
    const stale = await edit(id, { category: "MARKETING" }, { "if-match": '"1"' });
    expect(stale.body.code).toBe("precondition_failed");
    expect(await atMeta()).toMatchObject([{ category: "UTILITY", status: "REJECTED" }]);
  });

  test("is deleted there and here; what is gone there already, here alone", async () => {
    const { id } = await submitted();
    expect((await remove(id)).status).toBe(204);
    expect(await atMeta()).toEqual([]);
    expect((await me.ask("GET", `${PATH}/${id}`)).status).toBe(404);
    const other = await submitted({ name: "other" });
    await rest.meta.reset();
    expect((await remove(other.id)).status).toBe(204);
  });

  test("stays where Meta keeps it", async () => {
    const { id } = await submitted();
    await review("DISABLED");
    expect(await remove(id)).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await me.ask("GET", `${PATH}/${id}`)).status).toBe(200);
  });
});

describe("reading the templates at Meta", () => {
  test("takes up what was made elsewhere, whatever is in it, and tells of it once", async () => {
    await makeAtMeta();
    await makeAtMeta({
      name: "cards",
      language: "en_US",
      category: "AUTHENTICATION",
      components: [
        { type: "BODY", text: "Look" },
        { type: "CAROUSEL", cards: [] },
      ],
    });
    expect((await sync()).body).toEqual({ listed: 2, added: 2, changed: 0, gone: 0 });
    expect((await sync()).body).toEqual({ listed: 2, added: 0, changed: 0, gone: 0 });
    const { data } = (await me.ask("GET", PATH)).body;
    const cards = data.find(({ name }: Json) => name === "cards");
    expect(cards).toMatchObject({
      status: "PENDING",
      version: 1,
      components: [{ type: "BODY" }, { type: "OTHER", meta: { type: "CAROUSEL" } }],
    });
    const told = (await rest.events()).filter(({ kind }) => kind === "template.status");
    expect(told).toHaveLength(2);
  });

  test("follows status, category and reason; a draft of the name becomes Meta's", async () => {
    const { id } = await write();
    await makeAtMeta({ category: "MARKETING" });
    await review("REJECTED", "go_on", "SCAM");
    expect((await sync()).body).toMatchObject({ added: 0, changed: 1 });
    expect(await read(id)).toMatchObject({
      status: "REJECTED",
      category: "MARKETING",
      rejectedReason: "SCAM",
      version: 2,
    });
  });

  test("shows what is gone as deleted, but not what was just made", async () => {
    const old = await submitted();
    await rest.world.db.rows`update templates set status_at = now() - interval '1 hour'`;
    const fresh = await submitted({ name: "fresh" });
    await rest.world.db.rows`update templates set status_at = now() - interval '30 seconds'
      where id = ${fresh.id}`;
    await rest.meta.reset();
    expect((await sync()).body).toEqual({ listed: 0, added: 0, changed: 0, gone: 1 });
    expect(await read(old.id)).toMatchObject({ status: "DELETED" });
    expect(await read(fresh.id)).toMatchObject({ status: "PENDING" });
  });

  test("does not go behind what a notice told since", async () => {
    const { id } = await submitted();
    await rest.world.db.rows`
      update templates set status = 'APPROVED', status_at = now() + interval '1 minute'
      where id = ${id}`;
    await sync();
    expect(await read(id)).toMatchObject({ status: "APPROVED" });
  });

  test("fails where Meta does, and changes nothing then", async () => {
    const { id } = await submitted();
    await rest.meta.failWith(190);
    expect((await sync()).body.code).toBe("invalid_input");
    expect(await read(id)).toMatchObject({ status: "PENDING", version: 2 });
    const other = await rest.signIn("admin", await rest.addOrganization());
    expect((await other.ask("POST", `${PATH}/sync`, { integrationId })).status).toBe(404);
  });

  test("happens by itself for what is due, once, whoever looks", async () => {
    const { db } = rest.world;
    await db.rows`update integrations set templates_due_at = now() + interval '1 hour'
      where id <> ${integrationId}`;
    await makeAtMeta();
    const publish = { append: async () => {}, schedule: async () => {}, events: async () => {} };
    const templates = createGraphTemplates({
      graphUrl: `${rest.meta.url}/simulator/graph`,
      version: "v25.0",
      deadlineMs: 5_000,
    });
    const pass = createDueTemplateSync({
      db,
      box: { seal: (text) => text, open: (text) => text, isNewest: () => true },
      templates,
      announcer: createAnnouncer({ db, publish, log: silentLog }),
      log: silentLog,
    });
    const passes = await Promise.all([pass(), pass()]);
    expect(passes.toSorted()).toEqual([0, 1]);
    expect(await pass()).toBe(0);
    expect((await me.ask("GET", PATH)).body.data).toHaveLength(1);
    await db.rows`update integrations set templates_due_at = now() where id = ${integrationId}`;
    await rest.meta.failWith(190);
    expect(await pass()).toBe(1);
    expect(await pass()).toBe(0);
  });
});

describe("a template without values from whoever sends it", () => {
  test("is filled from the lead; what nothing fills is named", async () => {
    const { world } = rest;
    const agent = await rest.signIn("agent");
    const id = newId();
    const variables = [{ name: "1", source: "lead.name", fallback: "there" }];
    await world.db.rows`
      insert into templates (organization_id, id, integration_id, name, language, category,
        components, status, variables)
      values (${world.organizationId}, ${id}, ${world.integrationId}, 'go_on', 'en', 'UTILITY',
        ${world.db.json([body])}, 'APPROVED', ${world.db.json(variables)})`;
    await world.receive({});
    const { id: chat } = await world.conversation();
    await agent.ask("POST", `/api/v1/conversations/${chat}/takeover`);
    const send = () =>
      agent.ask(
        "POST",
        `/api/v1/conversations/${chat}/messages`,
        { type: "template", templateId: id },
        { "idempotency-key": newId() },
      );
    expect(await send()).toMatchObject({
      status: 201,
      body: { text: "Hi Ann, shall we go on?", content: { variables: ["Ann"] } },
    });
    await world.db.rows`
      update templates set components = ${world.db.json([{ ...body, text: "Hi {{who}}, shall we?" }])},
        variables = ${world.db.json([{ ...variables[0], name: "who" }])}`;
    expect(await send()).toMatchObject({
      status: 201,
      body: { text: "Hi Ann, shall we?", content: { variables: ["Ann"], names: ["who"] } },
    });
    await world.db
      .rows`update templates set components = ${world.db.json([body])}, variables = '[]'`;
    const refused = await send();
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid_input" } });
    expect(refused.body.detail).toContain("{{1}}");
  });
});

test("a synchronisation that a person asked for stands in the audit log, with what it changed", async () => {
  await makeAtMeta();
  await sync();
  const { body } = await me.ask("GET", "/api/v1/audit?action=number.templates_synchronised");
  expect(body.data).toMatchObject([{ resourceId: integrationId, after: { listed: 1, added: 1 } }]);
});

test("the fee is what the operator's table says today, over its countries", async () => {
  const { id } = await write();
  expect(await read(id)).toMatchObject({ feeUsd: null });
  await rest.world.db.rows`
    insert into message_rates (id, country, category, usd, valid_from, valid_to, source) values
      (${newId()}, 'IN', 'utility', 0.0014, '2026-01-01', null, 'play money'),
      (${newId()}, 'DE', 'utility', 0.055, '2026-01-01', null, 'play money'),
      (${newId()}, 'BR', 'utility', 9, '2020-01-01', '2020-02-01', 'play money'),
      (${newId()}, 'DE', 'marketing', 8, '2026-01-01', null, 'play money')`;
  expect(await read(id)).toMatchObject({ feeUsd: { least: "0.0014", most: "0.055" } });
  await rest.world.db.rows`delete from message_rates`;
});
