import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const LEADS = "/api/v1/leads";

let rest: RestWorld;
let agent: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("leads");
  agent = await rest.signIn("agent");
}, 30_000);
beforeEach(() => rest.reset());
afterAll(() => rest.close());

const create = async (body: Json) => (await agent.ask("POST", LEADS, body)).body;
const read = async (id: string) => (await agent.ask("GET", `${LEADS}/${id}`)).body;
const eventsOf = async (id: string) => (await rest.events()).filter((one) => one.entityId === id);

describe("entering a lead by hand", () => {
  test("needs something that says who it is", async () => {
    const { body } = await agent.ask("POST", LEADS, { company: "Acme" });
    expect(body.code).toBe("invalid_input");
  });

  test("makes one that is listed, told and audited, and recognised when it writes", async () => {
    const lead = await create({
      name: " Ann Lee ",
      phone: `+${ann.phone}`,
      tags: ["vip", " vip "],
    });
    expect(lead).toMatchObject({
      name: "Ann Lee",
      phones: [ann.phone],
      source: "manual",
      tags: ["vip"],
      conversations: [],
      version: 1,
    });
    const [told] = await eventsOf(lead.id);
    expect(told).toMatchObject({ kind: "lead.created", version: 1, data: { name: "Ann Lee" } });
    await rest.world.receive({ from: ann });
    const after = await read(lead.id);
    expect(after.name).toBe("Ann Lee");
    expect(after.hasBsuid).toBe(true);
    expect(after.conversations).toHaveLength(1);
  });

  test("with a number that a lead has already is refused, and says whose it is", async () => {
    await rest.world.receive({ from: ann });
    const { leadId } = await rest.world.conversation();
    const refused = await agent.ask("POST", LEADS, { phone: ann.phone });
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    expect(refused.body.detail).toContain(leadId);
  });

  test("ten times at once with one number makes one", async () => {
    const tries = await Promise.all(
      Array.from({ length: 10 }, () => agent.ask("POST", LEADS, { phone: "4915112345678" })),
    );
    expect(tries.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(409)]);
  });

  test("at the very moment it writes for the first time leaves one lead with the number", async () => {
    for (let round = 0; round < 10; round += 1) {
      const phone = `49151${1_000_000 + round}`;
      await Promise.all([
        agent.ask("POST", LEADS, { phone }),
        rest.world.receive({ from: { ...ann, phone, bsuid: null } }),
      ]);
      const found = (await agent.ask("GET", `${LEADS}?search=${phone}`)).body.data;
      expect(found).toHaveLength(1);
      expect(found[0].conversations).toHaveLength(1);
    }
  });
});

describe("a lead that comes by itself", () => {
  test("carries the ad that brought it, and can be listed by it", async () => {
    await rest.world.receive({ from: ann, referral: { source_id: "ad-7", headline: "Sofas" } });
    const { leadId } = await rest.world.conversation();
    expect(await read(leadId)).toMatchObject({ source: "ad", referral: { headline: "Sofas" } });
    const of = async (adId: string) => (await agent.ask("GET", `${LEADS}?adId=${adId}`)).body.data;
    expect((await of("ad-7")).map(({ id }: Json) => id)).toEqual([leadId]);
    expect(await of("ad-8")).toEqual([]);
  });

  test("is told of with the same state that REST shows", async () => {
    await rest.world.receive({ from: ann });
    const { leadId } = await rest.world.conversation();
    const told = rest.world.events.filter(({ entityId }) => entityId === leadId).at(-1);
    const { owner: _, conversations: __, ...shown } = await read(leadId);
    expect(told?.data).toEqual({ ...shown, erasedAt: null });
  });

  test("that shows its number later is told of, and found by it", async () => {
    await rest.world.receive({ from: { ...ann, phone: null } });
    const { leadId } = await rest.world.conversation();
    expect(await read(leadId)).toMatchObject({ phones: [], hasBsuid: true });
    await rest.world.receive({ from: ann });
    expect(await read(leadId)).toMatchObject({ phones: [ann.phone], hasBsuid: true, version: 2 });
    const told = rest.world.events.filter(({ entityId }) => entityId === leadId);
    expect(told.map(({ kind }) => kind)).toEqual(["lead.created", "lead.updated"]);
  });
});

describe("editing", () => {
  test("a name that a person set survives what WhatsApp shows, until it is given back", async () => {
    await rest.world.receive({ from: ann });
    const { leadId } = await rest.world.conversation();
    await agent.ask("PATCH", `${LEADS}/${leadId}`, { name: "Ann from Acme" });
    await rest.world.receive({ from: { ...ann, name: "annie 🌻", username: "annie" } });
    expect(await read(leadId)).toMatchObject({ name: "Ann from Acme", username: "annie" });
    await agent.ask("PATCH", `${LEADS}/${leadId}`, { name: null });
    await rest.world.receive({ from: { ...ann, name: "annie 🌻" } });
    expect((await read(leadId)).name).toBe("annie 🌻");
  });

  test("merges fields by name, null removes, and too many or too long are refused", async () => {
    const { id } = await create({ name: "Ann", fields: { plan: "pro", seats: 5 } });
    const path = `${LEADS}/${id}`;
    const { body } = await agent.ask("PATCH", path, { fields: { plan: null, trial: true } });
    expect(body.fields).toEqual({ seats: 5, trial: true });
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, at) => [`f${at}`, at]));
    const tries = [{ fields: many }, { fields: { ["x".repeat(65)]: 1 } }, { fields: { "": 1 } }];
    for (const edit of tries) {
      expect((await agent.ask("PATCH", path, edit)).body.code).toBe("invalid_input");
    }
    expect((await read(id)).fields).toEqual({ seats: 5, trial: true });
  });

  test("of an older version than the one that is there is refused", async () => {
    const { id } = await create({ name: "Ann" });
    const stale = { "if-match": '"1"' };
    expect((await agent.ask("PATCH", `${LEADS}/${id}`, { company: "A" }, stale)).status).toBe(200);
    const { body } = await agent.ask("PATCH", `${LEADS}/${id}`, { company: "B" }, stale);
    expect(body.code).toBe("precondition_failed");
  });

  test("two people who tag at once lose none of the tags", async () => {
    const { id } = await create({ name: "Ann", tags: ["old"] });
    await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        agent.ask("POST", `${LEADS}/${id}/tags`, { add: [`tag ${at}`], remove: ["old"] }),
      ),
    );
    expect((await read(id)).tags.toSorted()).toEqual(
      Array.from({ length: 8 }, (_, at) => `tag ${at}`),
    );
  });

  test("takes only present members as owners, and forgets them when they go", async () => {
    const [boss, leaver] = [await rest.signIn("owner"), await rest.signIn("agent")];
    const { id } = await create({ name: "Ann", ownerId: leaver.userId });
    expect((await read(id)).owner).toEqual({ id: leaver.userId, name: "Name of agent" });
    expect((await boss.ask("DELETE", `/api/v1/users/${leaver.userId}`)).status).toBe(204);
    const free = await read(id);
    expect([free.owner, free.ownerId, free.version]).toEqual([null, null, 2]);
    expect((await eventsOf(id)).at(-1)).toMatchObject({ version: 2, data: { ownerId: null } });
    for (const ownerId of [leaver.userId, newId()]) {
      const { body } = await agent.ask("PATCH", `${LEADS}/${id}`, { ownerId });
      expect(body.code).toBe("invalid_input");
    }
  });

  test("an owner named while they are removed is not left behind", async () => {
    const boss = await rest.signIn("owner");
    for (let round = 0; round < 5; round += 1) {
      const leaver = await rest.signIn("agent");
      const { id } = await create({ name: "Ann" });
      await Promise.all([
        agent.ask("PATCH", `${LEADS}/${id}`, { ownerId: leaver.userId }),
        boss.ask("DELETE", `/api/v1/users/${leaver.userId}`),
      ]);
      expect((await read(id)).ownerId).toBeNull();
    }
  });

  test("who owned very many leads can be removed, and the sweep frees the rest", async () => {
    const [boss, leaver] = [await rest.signIn("owner"), await rest.signIn("agent")];
    await rest.world.db.rows`
      insert into leads (organization_id, id, owner_id)
      select ${rest.world.organizationId}, gen_random_uuid(), ${leaver.userId}
      from generate_series(1, 1200)`;
    const owned = async () =>
      (await rest.world.db.rows`select 1 from leads where owner_id = ${leaver.userId}`).length;
    expect((await boss.ask("DELETE", `/api/v1/users/${leaver.userId}`)).status).toBe(204);
    expect(await owned()).toBe(700);
    await rest.world.sweep();
    await rest.world.sweep();
    expect(await owned()).toBe(0);
  });
});

describe("changing many", () => {
  test("changes and audits those that differ, in one commit", async () => {
    const [one, two] = [await create({ name: "A", tags: ["hot"] }), await create({ name: "B" })];
    const { body } = await agent.ask("POST", `${LEADS}/bulk`, {
      ids: [one.id, two.id],
      addTags: ["hot"],
      removeTags: ["cold"],
    });
    expect(body.changedIds).toEqual([two.id]);
    const rows = await rest.world.db.rows`
      select resource_id, before, after from audit_log where action = 'lead.updated'`;
    expect(rows).toEqual([{ resourceId: two.id, before: { tags: [] }, after: { tags: ["hot"] } }]);
  });

  test("refuses the whole when one of them is not there", async () => {
    const { id } = await create({ name: "A" });
    const { body } = await agent.ask("POST", `${LEADS}/bulk`, {
      ids: [id, newId()],
      addTags: ["hot"],
    });
    expect(body.code).toBe("not_found");
    expect((await read(id)).tags).toEqual([]);
  });
});

describe("notes", () => {
  test("are changed by their author alone, and deleted by admins too", async () => {
    const [colleague, admin] = [await rest.signIn("agent"), await rest.signIn("admin")];
    const { id } = await create({ name: "Ann" });
    const note = (await agent.ask("POST", `${LEADS}/${id}/notes`, { text: "Calls back." })).body;
    expect(note.author).toEqual({ id: agent.userId, name: "Name of agent" });
    const path = `${LEADS}/${id}/notes/${note.id}`;
    const tries = [
      await colleague.ask("PATCH", path, { text: "Mine now." }),
      await colleague.ask("DELETE", path),
      await admin.ask("PATCH", path, { text: "Mine now." }),
    ];
    expect(tries.map(({ body }) => body.code)).toEqual(Array(3).fill("forbidden"));
    expect((await agent.ask("PATCH", path, { text: "Called." })).body.version).toBe(2);
    expect((await admin.ask("DELETE", path)).status).toBe(204);
    expect((await agent.ask("GET", `${LEADS}/${id}/notes`)).body.data).toEqual([]);
  });
});
