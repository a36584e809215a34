import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { asc, eq, or, sql } from "drizzle-orm";
import { createDb, type Db } from "../../src/db/client.ts";
import { forOrg, type TenantDb } from "../../src/db/for-org.ts";
import { createOrm, type Orm } from "../../src/db/orm.ts";
import { leadIdentities, leads } from "../../src/db/schema/leads.ts";
import { ctas, facts } from "../../src/db/schema/organizations.ts";
import { newId } from "../../src/lib/ids.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let db: Db;
let orm: Orm;
/** Two organizations that know nothing of each other. */
let ours: TenantDb;
let theirs: TenantDb;

beforeAll(async () => {
  database = await testDatabase("for-org");
  db = createDb({ url: database.url, maxConnections: 2, name: "for-org-test" });
  orm = createOrm({ url: database.url, maxConnections: 2, name: "for-org-test" });
  const makeOrganization = async (name: string) => {
    const id = newId();
    await db.rows`insert into organizations (id, name) values (${id}, ${name})`;
    return forOrg(orm, id);
  };
  ours = await makeOrganization("Ours");
  theirs = await makeOrganization("Theirs");
});
afterAll(async () => {
  await Promise.all([db.close(), orm.close()]);
  await database.drop();
});

const failure = (work: Promise<unknown>) =>
  work.then(
    () => "no failure",
    (error) => error,
  );
const aFact = (topic: string) => ({ id: newId(), kind: "fact" as const, topic, text: "True." });

describe("a tenant's own rows", () => {
  test("are inserted under its organization and come back with their types", async () => {
    const inserted = await ours.insert(facts, {
      ...aFact("Price"),
      kind: "price",
      amount: "6900.00",
    });
    expect(inserted).toMatchObject({ organizationId: ours.organizationId, amount: "6900.00" });
    expect(inserted.createdAt).toBeInstanceOf(Date);
    expect(await ours.first(facts, eq(facts.id, inserted.id))).toEqual(inserted);
  });

  test("are found by condition, in order, up to the limit", async () => {
    for (const [position, name] of ["c", "a", "b"].entries()) {
      await ours.insert(ctas, { id: newId(), kind: "call", name, description: "", position });
    }
    const found = await ours.find(ctas, {
      where: eq(ctas.kind, "call"),
      orderBy: [asc(ctas.name)],
      limit: 2,
    });
    expect(found.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("are updated and removed, and the changed rows returned", async () => {
    const { id } = await ours.insert(facts, aFact("Old"));
    const changed = await ours.update(facts, eq(facts.id, id), { topic: "New" });
    expect(changed.map(({ topic }) => topic)).toEqual(["New"]);
    expect(await ours.remove(facts, eq(facts.id, id))).toEqual(changed);
    expect(await ours.first(facts, eq(facts.id, id))).toBeUndefined();
  });
});

describe("another organization's row", () => {
  test("is not found, not changed and not removed by its id", async () => {
    const fact = await theirs.insert(facts, aFact("Secret"));
    const byId = eq(facts.id, fact.id);
    expect(await ours.first(facts, byId)).toBeUndefined();
    expect(await ours.find(facts, { where: byId, limit: 10 })).toEqual([]);
    expect(await ours.update(facts, byId, { topic: "Taken" })).toEqual([]);
    expect(await ours.remove(facts, byId)).toEqual([]);
    expect(await theirs.first(facts, byId)).toEqual(fact);
  });

  test("is not reached by a condition that says or", async () => {
    await theirs.insert(facts, aFact("Hidden"));
    const escapes = [sql`false or true`, or(eq(facts.topic, "Hidden"), sql`true`) ?? sql`true`];
    for (const where of escapes) {
      const found = await ours.find(facts, { where, limit: 100 });
      expect(found.filter((row) => row.organizationId !== ours.organizationId)).toEqual([]);
      await ours.update(facts, where, { active: false });
      await ours.remove(facts, where);
    }
    const kept = await theirs.find(facts, { where: eq(facts.topic, "Hidden"), limit: 10 });
    expect(kept.map(({ active }) => active)).toEqual([true]);
  });

  test("cannot be made or stolen by a row that names the organization", async () => {
    const foreign = { ...aFact("Smuggled"), organizationId: theirs.organizationId };
    expect(await failure(ours.insert(facts, foreign))).toMatchObject({ code: "invalid_input" });
    const { id } = await ours.insert(facts, aFact("Mine"));
    const changes = { topic: "Stolen", organizationId: theirs.organizationId };
    expect(await failure(ours.update(facts, eq(facts.id, id), changes))).toMatchObject({
      code: "invalid_input",
    });
    expect(await theirs.first(facts, eq(facts.id, id))).toBeUndefined();
  });

  test("cannot be pointed at: the database refuses the reference", async () => {
    const lead = await theirs.insert(leads, { id: newId(), name: "Theirs" });
    const identity = {
      id: newId(),
      leadId: lead.id,
      kind: "phone" as const,
      scope: "",
      value: "15550001111",
    };
    expect(await failure(ours.insert(leadIdentities, identity))).toMatchObject({ code: "23503" });
    await theirs.insert(leadIdentities, identity);
  });
});

describe("the orm", () => {
  test("leaves the dates of Db alone", async () => {
    await ours.insert(facts, aFact("Dated"));
    const row = await db.first<{ createdAt: unknown }>`select created_at from facts limit 1`;
    expect(row?.createdAt).toBeInstanceOf(Date);
  });

  test("does not put parameters into an error's message", async () => {
    const fact = await ours.insert(facts, { ...aFact("Twice"), text: "a lead's own words" });
    const { organizationId: _, ...again } = fact;
    const error = await failure(ours.insert(facts, again));
    expect(error).toMatchObject({ code: "23505" });
    expect(error.message).not.toContain("a lead's own words");
  });

  test("gives up at its deadline and works again afterwards", async () => {
    const hasty = createOrm({
      url: database.url,
      maxConnections: 1,
      name: "hasty",
      queryDeadlineMs: 300,
    });
    const slow = (seconds: number) =>
      hasty.run((builder) => builder.select({ slept: sql`pg_sleep(${seconds})` }).from(facts));
    expect(await failure(slow(0.6))).toMatchObject({ code: "database_unavailable" });
    expect(await slow(0)).not.toEqual([]);
    await hasty.close(0);
  });
});
