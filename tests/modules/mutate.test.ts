import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createDb, type Db } from "../../src/db/client.ts";
import type { Actor } from "../../src/http/plugins/auth.ts";
import { AppError } from "../../src/lib/errors.ts";
import type { LiveEvent } from "../../src/lib/events.ts";
import { newId } from "../../src/lib/ids.ts";
import { createMutate, type Mutate } from "../../src/modules/mutate.ts";
import type { Append } from "../../streams/publish.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let db: Db;
let mutate: Mutate;
let actor: Actor;
const announced: { append: readonly Append[]; events: readonly LiveEvent[] }[] = [];

beforeAll(async () => {
  database = await testDatabase("mutate");
  db = createDb({ url: database.url, maxConnections: 8, name: "mutate-test" });
  mutate = createMutate({
    db,
    announce: async ({ append = [], events }) => void announced.push({ append, events }),
  });
});
beforeEach(async () => {
  announced.length = 0;
  await db.rows`truncate organizations, audit_log, outbox, idempotency_keys cascade`;
  const organizationId = newId();
  await db.rows`insert into organizations (id, name) values (${organizationId}, 'Ours')`;
  actor = {
    organizationId,
    kind: "person",
    id: newId(),
    name: "Ann",
    address: "192.0.2.1",
    requestId: "request-1",
  };
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

/** Renames the organization, with all that a change can bring along. */
const rename = (name: string, key?: string, fail?: Error) =>
  mutate(
    actor,
    async (change) => {
      const { organizationId } = actor;
      await change.rows`update organizations set name = ${name} where id = ${organizationId}`;
      change.audit({
        action: "organization.updated",
        resourceId: organizationId,
        before: { name: "Ours", accessToken: "old", version: 1 },
        after: { name, accessToken: "new", version: 2 },
      });
      change.event({ kind: "lead.updated", entityId: organizationId, version: 2, data: { name } });
      change.wake({
        stream: "turns",
        entry: { v: 1, organizationId, conversationId: organizationId, cause: "release" },
      });
      if (fail) throw fail;
      return { name, at: newId() };
    },
    { key, request: ["rename", name] },
  );
const name = async () => (await db.first<{ name: string }>`select name from organizations`)?.name;
const audit = () =>
  db.rows<{ action: string; before: object; after: object; actorName: string; address: string }>`
    select action, before, after, actor_name, address from audit_log`;

describe("a change", () => {
  test("is committed with its audit row and its event, then announced", async () => {
    await rename("Theirs");
    expect(await name()).toBe("Theirs");
    expect(await audit()).toEqual([
      {
        action: "organization.updated",
        before: { name: "Ours", accessToken: "•••" },
        after: { name: "Theirs", accessToken: "•••" },
        actorName: "Ann",
        address: "192.0.2.1",
      },
    ]);
    expect(announced).toMatchObject([
      {
        append: [{ stream: "turns" }],
        events: [{ kind: "lead.updated", data: { name: "Theirs" } }],
      },
    ]);
    const [stored] = await db.rows<{ id: string }>`select id from outbox`;
    expect(stored?.id).toBe(announced[0]?.events[0]?.eventId ?? "");
  });

  test("that fails leaves nothing behind, and its key free", async () => {
    const broken = new AppError("conflict", "No.");
    expect(await rename("Theirs", "key-12345", broken).catch((error) => error)).toBe(broken);
    expect(await name()).toBe("Ours");
    expect(await audit()).toEqual([]);
    expect(announced).toEqual([]);
    await rename("Theirs", "key-12345");
    expect(await name()).toBe("Theirs");
  });

  test("whose connection is killed inside leaves nothing behind", async () => {
    const killed = mutate(actor, async (change) => {
      await change.rows`update organizations set name = 'Half' where id = ${actor.organizationId}`;
      change.audit({ action: "organization.updated", resourceId: actor.organizationId });
      const [me] = await change.rows<{ pid: number }>`select pg_backend_pid() as pid`;
      await db.rows`select pg_terminate_backend(${me?.pid ?? 0})`;
      await change.rows`select 1`;
    });
    expect(await killed.catch((error) => error)).toBeInstanceOf(Error);
    expect(await name()).toBe("Ours");
    expect(await audit()).toEqual([]);
  });
});

describe("with a key", () => {
  test("50 at once are one change, and all get the first answer", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => rename("Theirs", "key-12345")),
    );
    expect(new Set(answers.map(({ at }) => at)).size).toBe(1);
    expect((await audit()).length).toBe(1);
    expect(announced.length).toBe(1);
  }, 20_000);

  test("another request, or another person's same one, is refused", async () => {
    await rename("Theirs", "key-12345");
    const reused = { code: "idempotency_key_reused" };
    expect(await rename("Others", "key-12345").catch((error) => error)).toMatchObject(reused);
    actor = { ...actor, id: newId() };
    expect(await rename("Theirs", "key-12345").catch((error) => error)).toMatchObject(reused);
    expect(await name()).toBe("Theirs");
  });

  test("of another organization there is no such key", async () => {
    await rename("Theirs", "key-12345");
    const organizationId = newId();
    await db.rows`insert into organizations (id, name) values (${organizationId}, 'Third')`;
    actor = { ...actor, organizationId };
    await rename("Fourth", "key-12345");
    expect((await audit()).length).toBe(2);
  });
});
