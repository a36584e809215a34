import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { groundsOf } from "../../../src/funnel/gates/grounds.ts";
import { judgeDraft } from "../../../src/funnel/guardrails.ts";
import { decision } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("facts");
  me = await rest.signIn("admin");
});
beforeEach(async () => {
  await rest.world.db.rows`truncate facts`;
  await rest.reset();
});
afterAll(() => rest.close());

const PATH = "/api/v1/facts";
const price = {
  kind: "price",
  topic: "Home 4 kW system",
  text: "Home 4 kW system: $6,900 installed.",
  amount: "6900.00",
  currency: "USD",
};
const fact = { kind: "fact", topic: "Permits", text: "We handle the building permit." };
const add = async (body: object = price): Promise<Json> => (await me.ask("POST", PATH, body)).body;
const list = async (query = ""): Promise<Json[]> =>
  (await me.ask("GET", `${PATH}${query}`)).body.data;

describe("a price", () => {
  test("comes back as it was written, its amount exact", async () => {
    const { status, body, headers } = await me.ask("POST", PATH, price);
    expect([status, headers.get("location")]).toEqual([201, null]);
    expect(body).toMatchObject({ ...price, amount: "6900", active: true, position: 0, version: 1 });
    const read = await me.ask("GET", `${PATH}/${body.id}`);
    expect(read.body).toEqual(body);
    expect(read.headers.get("etag")).toBe('"1"');
  });

  test.each([
    ["whose text says another amount", { text: "It is $9,800." }, "text"],
    ["without an amount", { amount: null }, "amount"],
    ["without a currency", { currency: null }, "currency"],
    ["in a currency nobody knows", { currency: "XQQ" }, "currency"],
    ["whose amount is no decimal", { amount: "6,900" }, "amount"],
  ])("%s is refused, and the answer names the field", async (_, wrong, field) => {
    const { status, body } = await me.ask("POST", PATH, { ...price, ...wrong });
    expect([status, body.code]).toEqual([422, "invalid_input"]);
    expect(JSON.stringify(body)).toContain(field);
    expect(await list()).toEqual([]);
  });

  test("cannot be changed to an amount that its text does not say", async () => {
    const { id } = await add();
    expect((await me.ask("PATCH", `${PATH}/${id}`, { amount: "7100" })).status).toBe(422);
    const both = { amount: "7100", text: "Home 4 kW system: $7,100 installed." };
    expect((await me.ask("PATCH", `${PATH}/${id}`, both)).body).toMatchObject(both);
  });

  test("that was changed is what the bot may say from its next turn on, and the old one is not", async () => {
    const { id } = await add();
    const drafts = ["It is $6,900.", "It is $7,100."];
    const allowed: boolean[][] = [];
    rest.world.think = (context) => {
      const grounds = groundsOf(context, decision, [], []);
      allowed.push(drafts.map((draft) => judgeDraft(draft, grounds).ok));
      return { kind: "no_reply", decision };
    };
    const turn = async () => {
      await rest.world.receive({});
      await rest.world.turn((await rest.world.conversation()).id);
    };
    await turn();
    await me.ask("PATCH", `${PATH}/${id}`, { amount: "7100", text: "It is $7,100 installed." });
    await turn();
    await me.ask("PATCH", `${PATH}/${id}`, { active: false });
    await turn();
    expect(allowed).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });
});

describe("a fact", () => {
  test("has neither amount nor currency", async () => {
    expect(await add(fact)).toMatchObject({ ...fact, amount: null, currency: null });
    for (const wrong of [{ amount: "5" }, { currency: "USD" }]) {
      expect((await me.ask("POST", PATH, { ...fact, ...wrong })).status).toBe(422);
    }
  });

  test("is changed only by who saw its newest version; what changed is in the audit log", async () => {
    const { id } = await add(fact);
    await me.ask("PATCH", `${PATH}/${id}`, { topic: "Paper" }, { "if-match": '"1"' });
    const late = await me.ask("PATCH", `${PATH}/${id}`, { topic: "Late" }, { "if-match": '"1"' });
    expect(late.body.code).toBe("precondition_failed");
    const lateDelete = await me.ask("DELETE", `${PATH}/${id}`, undefined, { "if-match": '"1"' });
    expect(lateDelete.status).toBe(412);
    expect((await me.ask("DELETE", `${PATH}/${id}`)).status).toBe(204);
    expect((await me.ask("GET", `${PATH}/${id}`)).status).toBe(404);
    const audit = await rest.world.db.rows<Json>`
      select action, before ->> 'topic' as before from audit_log order by created_at`;
    expect(audit).toEqual([
      { action: "fact.created", before: null },
      { action: "fact.updated", before: "Permits" },
      { action: "fact.deleted", before: "Paper" },
    ]);
  });

  test("posted twice with one key is there once", async () => {
    const key = { "idempotency-key": "one-key-only" };
    const all = await Promise.all([1, 2, 3].map(() => me.ask("POST", PATH, fact, key)));
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    expect(await list()).toHaveLength(1);
  });
});

describe("the list", () => {
  test("is in the bot's order: by position, then age; a new one comes last", async () => {
    const [a, b, c] = [await add(fact), await add(fact), await add(fact)];
    expect((await list()).map(({ id }) => id)).toEqual([a.id, b.id, c.id]);
    await me.ask("PATCH", `${PATH}/${c.id}`, { position: 0 });
    expect((await list()).map(({ id }) => id)).toEqual([a.id, c.id, b.id]);
  });

  test("is filtered by kind, topic and whether it is active, all together", async () => {
    const one = await add(price);
    const other = await add({ ...fact, active: false });
    expect((await list("?kind=price")).map(({ id }) => id)).toEqual([one.id]);
    expect((await list("?active=false")).map(({ id }) => id)).toEqual([other.id]);
    expect((await list("?topic=Permits&active=false")).map(({ id }) => id)).toEqual([other.id]);
    expect(await list("?kind=price&active=false")).toEqual([]);
    expect((await me.ask("GET", `${PATH}?active=maybe`)).status).toBe(422);
  });
});
