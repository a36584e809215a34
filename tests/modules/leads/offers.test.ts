import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newPerson, said, type Writer, words } from "../../flows/said.ts";
import { createRestWorld, type RestWorld } from "../rest-world.ts";

const LEADS = "/api/v1/leads";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("offers");
  agent = await rest.signIn("admin");
}, 30_000);
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const read = async (id: string) => (await agent.ask("GET", `${LEADS}/${id}`)).body;
async function idOf({ phone }: Writer): Promise<string> {
  const { data } = (await agent.ask("GET", `${LEADS}?search=${phone}`)).body;
  return data[0].id;
}
/** Ann told WhatsApp that her number is now Bob's. */
async function offered() {
  const [ann, bob] = [
    { phone: newPerson().phone, bsuid: null },
    { phone: newPerson().phone, bsuid: null },
  ];
  await rest.world.receive(said(ann, words("Hello")), said(bob, words("Hello")));
  const ids = { ann: await idOf(ann), bob: await idOf(bob) };
  const system = { body: "Ann changed", type: "user_changed_number", wa_id: bob.phone };
  await rest.world.receive(said(ann, { type: "system", system }));
  return ids;
}

describe("two leads that may be one person", () => {
  test("are named on each other", async () => {
    const { ann, bob } = await offered();
    expect(await read(ann)).toMatchObject({ maybeSameAs: bob, phones: [] });
    expect(await read(bob)).toMatchObject({ maybeSameAs: ann });
  });

  test("are one once people merge them, and nothing is offered any more", async () => {
    const { ann, bob } = await offered();
    const merged = await agent.ask("POST", `${LEADS}/${ann}/merge`, { intoId: bob });
    expect(merged.body).toMatchObject({ id: bob, maybeSameAs: null });
    expect(await read(ann)).toMatchObject({ mergedInto: bob, maybeSameAs: null });
  });

  test("are two once people say so, on either", async () => {
    const { ann, bob } = await offered();
    const { version } = await read(bob);
    const told = await agent.ask(
      "PATCH",
      `${LEADS}/${bob}`,
      { maybeSameAs: null },
      { "if-match": `"${version}"` },
    );
    expect(told).toMatchObject({ status: 200, body: { maybeSameAs: null } });
    expect(await read(ann)).toMatchObject({ maybeSameAs: null });
    const events = (await rest.events()).filter(({ kind }) => kind === "lead.updated");
    expect(events.map(({ entityId }) => entityId)).toEqual(expect.arrayContaining([ann, bob]));
  });

  test("nobody can be named by hand", async () => {
    const { ann, bob } = await offered();
    const { version } = await read(bob);
    const edit = { maybeSameAs: ann };
    const headers = { "if-match": `"${version}"` };
    expect((await agent.ask("PATCH", `${LEADS}/${bob}`, edit, headers)).status).toBe(422);
  });

  test("an erased lead is offered no more", async () => {
    const { ann, bob } = await offered();
    const { version } = await read(ann);
    await agent.ask("DELETE", `${LEADS}/${ann}`, undefined, { "if-match": `"${version}"` });
    expect(await read(bob)).toMatchObject({ maybeSameAs: null });
  });
});
