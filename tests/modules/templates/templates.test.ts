import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { addNumber } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
let integrationId: string;
beforeAll(async () => {
  rest = await createRestWorld("templates");
  me = await rest.signIn("admin");
  integrationId = rest.world.integrationId;
});
beforeEach(async () => {
  await rest.world.db.rows`truncate templates`;
  await rest.reset();
});
afterAll(() => rest.close());

const PATH = "/api/v1/templates";
const body = { type: "BODY", text: "Hi {{1}}, shall we go on?", samples: ["Ann"] };
const draft = { name: "go_on", language: "en", category: "MARKETING", components: [body] };
const post = (more: object = {}, headers = {}) =>
  me.ask("POST", PATH, { integrationId, ...draft, ...more }, headers);
const edit = (id: string, change: object) => me.ask("PATCH", `${PATH}/${id}`, change);
const list = async (query = ""): Promise<Json[]> =>
  (await me.ask("GET", `${PATH}${query}`)).body.data;

describe("a draft", () => {
  test("keeps what was written, and claims nothing that Meta has not said", async () => {
    const { status, body: template } = await post();
    expect(status).toBe(201);
    expect(template).toMatchObject({
      ...draft,
      integrationId,
      status: "draft",
      quality: "UNKNOWN",
      rejectedReason: null,
      metaTemplateId: null,
    });
    expect((await me.ask("GET", `${PATH}/${template.id}`)).body).toEqual(template);
  });

  test("is changed and deleted; live clients are told of each version", async () => {
    const { id } = (await post()).body;
    const components = [body, { type: "FOOTER", text: "Northwind" }];
    const changed = await edit(id, { components, language: "pt_BR" });
    expect(changed.body).toMatchObject({ components, language: "pt_BR", version: 2 });
    const told = (await rest.events()).map(({ kind, version }: Json) => [kind, version]);
    expect(told).toEqual([
      ["template.status", 1],
      ["template.status", 2],
    ]);
    expect((await me.ask("DELETE", `${PATH}/${id}`)).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  test.each([
    ["a name with capitals", { name: "GoOn" }],
    ["a language Meta does not write so", { language: "pt-BR" }],
    ["a one-time password", { category: "AUTHENTICATION" }],
    ["no body", { components: [{ type: "FOOTER", text: "Northwind" }] }],
    ["a body that is too long", { components: [{ type: "BODY", text: "x".repeat(1_025) }] }],
    ["a variable without a sample", { components: [{ type: "BODY", text: "Hi {{1}}, hello." }] }],
    ["eleven buttons", { components: [body, { type: "BUTTONS", buttons: elevenReplies() }] }],
    ["a header without its format", { components: [body, { type: "HEADER" }] }],
    ["a part nobody knows", { components: [body, { type: "CAROUSEL" }] }],
    ["a number that is not there", { integrationId: newId() }],
  ])("with %s is refused", async (_, wrong) => {
    const answer = await post(wrong);
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_input"]);
    expect(await list()).toEqual([]);
  });

  test("is refused with every field that Meta would refuse", async () => {
    const components = [
      { type: "BODY", text: "{{1}}, hello", samples: ["Ann"] },
      {
        type: "BUTTONS",
        buttons: [{ type: "URL", text: "Go", url: "https://a.example/{{1}}/b", sample: "x" }],
      },
    ];
    const variables = [{ name: "2", source: "lead.name", fallback: "there" }];
    const { status, body: problem } = await post({ components, variables });
    expect(status).toBe(422);
    expect(problem.errors.map(({ path }: Json) => path)).toEqual([
      "body.components.0.text",
      "body.components.1.buttons.0.url",
      "body.variables.0.name",
    ]);
    expect(problem.detail).toContain("components[1].buttons[0].url: its {{1}} stands at the end.");
  });

  test("has its name once per number and language, also when written at once", async () => {
    const all = await Promise.all([post(), post(), post()]);
    expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await post({ language: "es" })).status).toBe(201);
    const { id } = (await post({ name: "other" })).body;
    expect((await edit(id, { name: "go_on" })).body.code).toBe("conflict");
  });
});

test("a draft cannot be sent", async () => {
  const { id } = (await post()).body;
  await rest.world.receive({});
  const { id: chat } = await rest.world.conversation();
  const message = { type: "template", templateId: id, variables: ["Ann"] };
  const key = { "idempotency-key": newId() };
  const answer = await me.ask("POST", `/api/v1/conversations/${chat}/messages`, message, key);
  expect(answer.body).toMatchObject({
    code: "invalid_input",
    detail: expect.stringContaining("draft"),
  });
});

test("the list is newest first and filtered by number, status, category and language", async () => {
  const other = newId();
  await addNumber(rest.world.db, rest.world.organizationId, other, newId());
  const a = (await post()).body;
  const b = (await post({ integrationId: other, category: "UTILITY", language: "es" })).body;
  const ids = async (query = "") => (await list(query)).map(({ id }) => id);
  expect(await ids()).toEqual([b.id, a.id]);
  expect(await ids(`?integrationId=${other}`)).toEqual([b.id]);
  expect(await ids("?category=MARKETING&language=en&status=draft")).toEqual([a.id]);
  expect(await ids("?status=APPROVED")).toEqual([]);
});

function elevenReplies() {
  return Array.from({ length: 11 }, (_, at) => ({ type: "QUICK_REPLY", text: `Reply ${at}` }));
}
