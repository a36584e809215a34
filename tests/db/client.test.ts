import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { createDb, type Db } from "../../src/db/client.ts";
import { newId } from "../../src/lib/ids.ts";
import { sleep } from "../../src/lib/sleep.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { eventually } from "../support/wait.ts";

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase("client");
  db = createDb({ url: database.url, maxConnections: 2, name: "client-test" });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const failure = (work: Promise<unknown>) =>
  work.then(
    () => "no failure",
    (error) => error,
  );

describe("a statement", () => {
  test("returns camelCase columns, int8 as number, numeric as exact text, instants as Date", async () => {
    const row = await db.first`
      select 9007199254740991::int8 as big_count, 0.100000000000::numeric(18,12) as exact_cost,
        '2026-01-02T03:04:05Z'::timestamptz as sent_at, array[1, 2] as some_steps`;
    expect(row).toEqual({
      bigCount: 9_007_199_254_740_991,
      exactCost: "0.100000000000",
      sentAt: new Date("2026-01-02T03:04:05Z"),
      someSteps: [1, 2],
    });
  });

  test("binds values instead of pasting them, and takes JSON and static pieces", async () => {
    const hostile = "'); drop table messages; --";
    const row = await db.first<{ text: string; deep: unknown; one: number }>`
      select ${hostile}::text as text, ${db.json({ a: [hostile, null] })}::jsonb as deep,
        ${db.fragment("1 as one")}`;
    expect(row).toEqual({ text: hostile, deep: { a: [hostile, null] }, one: 1 });
  });

  test("takes and gives arrays of text, ids and numbers faithfully", async () => {
    const texts = ['a "quote"', "back\\slash", "{comma, brace}", "NULL", " ", "", "ñ 👋\nline"];
    const id = newId();
    const row = await db.first`
      select ${texts}::text[] as texts, ${[id]}::uuid[] as ids, ${[]}::uuid[] as nobody,
        array[7, null, -1]::int4[] as numbers, ${id} = any(${[id]}::uuid[]) as found`;
    expect(row).toEqual({ texts, ids: [id], nobody: [], numbers: [7, null, -1], found: true });
  });

  test("without a row is undefined", async () => {
    expect(await db.first`select 1 where false`).toBeUndefined();
    expect(await db.rows`select 1 where false`).toHaveLength(0);
  });

  test("that the database refuses rejects with the database's own error", async () => {
    expect(await failure(db.rows`select 1 / 0`)).toMatchObject({ code: "22012" });
    expect(await failure(db.rows`select nothing`)).toMatchObject({ code: "42703" });
  });
});

describe("a database that is away", () => {
  test("is said to be so at once when nobody listens", async () => {
    const away = createDb({
      url: "postgres://me@127.0.0.1:1/none",
      maxConnections: 1,
      name: "away",
    });
    expect(await failure(away.rows`select 1`)).toMatchObject({ code: "database_unavailable" });
    await away.close(0);
  });

  test("is given up at the deadline when it takes connections and says nothing", async () => {
    const mute = createServer(() => {}).listen(0, "127.0.0.1");
    await eventually(() => mute.listening);
    const address = mute.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const url = `postgres://me@127.0.0.1:${port}/none`;
    const away = createDb({ url, maxConnections: 1, name: "mute", queryDeadlineMs: 200 });
    const startedMs = performance.now();
    expect(await failure(away.rows`select 1`)).toMatchObject({ code: "database_unavailable" });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await away.close(0);
    mute.close();
  });

  test("that takes too long over a statement stops it on the server too", async () => {
    const hasty = createDb({
      url: database.url,
      maxConnections: 1,
      name: "hasty-test",
      queryDeadlineMs: 1_000,
    });
    expect(await failure(hasty.rows`select pg_sleep(30)`)).toMatchObject({
      code: "database_unavailable",
    });
    await eventually(async () => {
      const running = await db.rows`select 1 from pg_stat_activity
        where application_name = 'hasty-test' and state = 'active'`;
      return running.length === 0;
    });
    await hasty.close(0);
  });

  test("and ends a long statement itself keeps the pool and what else runs in it", async () => {
    const patient = createDb({
      url: database.url,
      maxConnections: 2,
      name: "patient-test",
      queryDeadlineMs: 3_000,
    });
    const slow = failure(patient.rows`select pg_sleep(30)`);
    await patient.rows`select 1`;
    const backends = await db.rows<{ pid: number }>`
      select pid from pg_stat_activity where application_name = 'patient-test'`;
    expect(await slow).toMatchObject({ code: "database_unavailable" });
    const [own] = await patient.rows<{ pid: number }>`select pg_backend_pid() as pid`;
    expect(backends.map(({ pid }) => pid)).toContain(own?.pid ?? 0);
    await patient.close(0);
  });

  test("and cuts connections while they are opened leaves no rejection to nobody", async () => {
    const cut = createDb({ url: database.url, maxConnections: 8, name: "cut-test" });
    const untilMs = performance.now() + 1_500;
    const asking = Array.from({ length: 8 }, async () => {
      while (performance.now() < untilMs) await failure(cut.rows`select 1`);
    });
    while (performance.now() < untilMs) {
      await db.rows`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'cut-test'`;
      await sleep(5);
    }
    await Promise.all(asking);
    // Bun fails a test under which a rejection goes unhandled.
    expect(await eventually(() => cut.first`select 1 as back`)).toEqual({ back: 1 });
    await cut.close(0);
  });

  test("and comes back is used again by the same pool", async () => {
    const broken = createDb({ url: database.url, maxConnections: 2, name: "broken-test" });
    const asleep = [1, 2].map(() => failure(broken.rows`select pg_sleep(30)`));
    await eventually(async () => {
      const killed = await db.rows`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'broken-test' and state = 'active' and query like '%pg_sleep%'`;
      return killed.length > 0;
    });
    await eventually(() => broken.first`select 1 as back`);
    await broken.close(0);
    for (const sleeper of asleep) {
      expect(await sleeper).toMatchObject({ code: "database_unavailable" });
    }
  });
});
