import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

let rest: RestWorld;
let me: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("ctas");
  me = await rest.signIn("admin");
});
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const PATH = "/api/v1/ctas";
const visit = { kind: "visit", name: "Site visit", description: "Ask for a day." };
const add = async (body: object = visit): Promise<Json> => (await me.ask("POST", PATH, body)).body;
const list = async (query = ""): Promise<Json[]> =>
  (await me.ask("GET", `${PATH}${query}`)).body.data;

test("a CTA comes back as it was written; a link has an address, the others may", async () => {
  expect(await add()).toMatchObject({ ...visit, url: null, active: true, position: 0, version: 1 });
  const url = "https://northwind.example/calculator";
  expect(await add({ ...visit, url })).toMatchObject({ url, position: 1 });
  const link = { ...visit, kind: "link" };
  for (const wrong of [
    link,
    { ...link, url: "javascript:alert(1)" },
    { ...link, url: "https://" },
  ]) {
    const { status, body } = await me.ask("POST", PATH, wrong);
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining("url")]);
  }
  const { id } = await add({ ...link, url });
  expect((await me.ask("PATCH", `${PATH}/${id}`, { url: null })).status).toBe(422);
  expect((await me.ask("PATCH", `${PATH}/${id}`, { kind: "call", url: null })).status).toBe(200);
});

test("only active ones are offered to leads, in their order", async () => {
  const [a, b] = [await add(), await add()];
  const hidden = await add({ ...visit, active: false });
  await me.ask("PATCH", `${PATH}/${a.id}`, { position: 5 });
  let offered: string[] = [];
  rest.world.think = (context) => {
    offered = context.ctas.map(({ id }) => id);
    throw new Error("seen enough");
  };
  await rest.world.receive({});
  await rest.world.turn((await rest.world.conversation()).id);
  expect(offered).toEqual([b.id, a.id]);
  expect((await list("?active=false")).map(({ id }) => id)).toEqual([hidden.id]);
});

test("one that a booking refers to is not deleted: the answer says what to do instead", async () => {
  const { id } = await add();
  await rest.world.receive({});
  const { id: conversationId } = await rest.world.conversation();
  await me.ask("POST", "/api/v1/bookings", { conversationId, ctaId: id });
  const refused = await me.ask("DELETE", `${PATH}/${id}`);
  expect(refused.body).toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("inactive"),
  });
  await me.ask("PATCH", `${PATH}/${id}`, { active: false });
  expect((await me.ask("GET", `${PATH}/${id}`)).body.active).toBe(false);
  expect((await me.ask("DELETE", `${PATH}/${(await add()).id}`)).status).toBe(204);
});

test("deleted while it is being booked: either the booking is there or the CTA is gone", async () => {
  await rest.world.receive({});
  const { id: conversationId } = await rest.world.conversation();
  for (let round = 0; round < 10; round += 1) {
    const { id } = await add();
    const [booked, deleted] = await Promise.all([
      me.ask("POST", "/api/v1/bookings", { conversationId, ctaId: id }),
      me.ask("DELETE", `${PATH}/${id}`),
    ]);
    expect([
      [201, 409],
      [422, 204],
    ]).toContainEqual([booked.status, deleted.status]);
  }
});
