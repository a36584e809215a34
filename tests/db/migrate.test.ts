import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrationsFolder } from "../../src/db/migrations.ts";
import type { Log } from "../../src/lib/log.ts";
import { silentLog, tempDir } from "../support/servers.ts";
import { eventually } from "../support/wait.ts";
import { type EmptyDatabase, emptyDatabase } from "./empty-database.ts";

const log = silentLog;
const ROOT = join(import.meta.dir, "..", "..");

let database: EmptyDatabase;
let folder: string;

beforeEach(async () => {
  database = await emptyDatabase();
  folder = tempDir("migrations");
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes `folder` hold exactly these files, in drizzle's layout. */
function write(numbered: Record<string, string>, after: Record<string, string> = {}): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "meta"), { recursive: true });
  mkdirSync(join(folder, "after"));
  const entries = Object.keys(numbered).map((tag, idx) => ({ idx, tag, breakpoints: true }));
  writeFileSync(join(folder, "meta", "_journal.json"), JSON.stringify({ version: "7", entries }));
  for (const [tag, sql] of Object.entries(numbered)) writeFileSync(join(folder, `${tag}.sql`), sql);
  for (const [tag, sql] of Object.entries(after)) {
    writeFileSync(join(folder, "after", `${tag}.sql`), sql);
  }
}

const run = () => migrate({ url: database.url, log, folder });
const tables = async () =>
  (
    await database.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' order by 1`
  ).map(({ name }) => name);

describe("migrate", () => {
  test("applies the shipped migrations to an empty database, and a second run has nothing to do", async () => {
    const first = await migrate({ url: database.url, log });
    expect(first.alreadyUpToDate).toBe(false);
    expect(first.applied[0]).toStartWith("0000_");
    expect(await tables()).toContain("conversations");
    expect(await migrate({ url: database.url, log })).toEqual({
      applied: [],
      alreadyUpToDate: true,
    });
  });

  test("started ten times at once applies each migration once, and every caller ends well", async () => {
    write({
      "0000_a": "create table a (id int);\n--> statement-breakpoint\ninsert into a values (1);",
      "0001_b": "insert into a values (2); select pg_sleep(0.2);",
    });
    const results = await Promise.all(Array.from({ length: 10 }, run));
    expect(results.filter(({ alreadyUpToDate }) => !alreadyUpToDate)).toEqual([
      { applied: ["0000_a", "0001_b"], alreadyUpToDate: false },
    ]);
    const rows = await database.sql<{ id: number }[]>`select id from a order by id`;
    expect(rows.map(({ id }) => id)).toEqual([1, 2]);
  });

  test("as two processes with `bun run migrate` says in words who did it", async () => {
    const start = () =>
      Bun.spawn([process.execPath, "--no-env-file", join(ROOT, "scripts/migrate.ts")], {
        cwd: "/",
        env: { PATH: process.env["PATH"] ?? "", DATABASE_URL: database.url },
        stdout: "pipe",
        stderr: "pipe",
      });
    const children = [start(), start()];
    const said = await Promise.all(children.map((child) => new Response(child.stdout).text()));
    expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0]);
    const [worker, waiter] = said.sort(
      (a, b) => Number(/Nothing/.test(a)) - Number(/Nothing/.test(b)),
    );
    expect(worker).toMatch(/Applied migration 0000_\w+\.\n(.*\n)*The database is up to date/);
    expect(waiter).toContain("Nothing to do: the database is up to date.");
  });

  test("puts tables into public although the user's own schema comes first", async () => {
    const [me] = await database.sql<{ name: string }[]>`select current_user as name`;
    await database.sql`create schema ${database.sql(me?.name ?? "")}`;
    write({ "0000_a": "create table a (id int)" });
    await run();
    expect(await tables()).toEqual(["a"]);
  });

  test("keeps nothing of a migration that fails, and all of the ones before", async () => {
    write({
      "0000_a": "create table a (id int)",
      "0001_b":
        "create table b (id int);\n--> statement-breakpoint\ninsert into nowhere values (1);",
    });
    const failure = await run().catch((error) => error);
    expect(failure.code).toBe("internal");
    expect(failure.message).toMatch(/^Migration 0001_b failed: relation "nowhere" does not exist/);
    expect(await tables()).toEqual(["a"]);

    write({ "0000_a": "create table a (id int)", "0001_b": "create table b (id int)" });
    expect(await run()).toEqual({ applied: ["0001_b"], alreadyUpToDate: false });
    expect(await tables()).toEqual(["a", "b"]);
  });

  test("refuses a database that a newer program has migrated, and changes nothing", async () => {
    write({ "0000_a": "create table a (id int)", "0001_b": "create table b (id int)" });
    await run();
    write({ "0000_a": "create table a (id int)", "0002_c": "create table c (id int)" });
    const refusal = await run().catch((error) => error);
    expect(refusal).toMatchObject({ code: "conflict" });
    expect(refusal.message).toMatch(/newer Leadline \(it has 0001_b\)\. Update the program/);
    expect(await tables()).toEqual(["a", "b"]);
  });

  test("refuses when an applied file was changed, and changes nothing", async () => {
    write({ "0000_a": "create table a (id int)" });
    await run();
    write({ "0000_a": "create table a (id bigint)", "0001_b": "create table b (id int)" });
    const refusal = await run().catch((error) => error);
    expect(refusal).toMatchObject({ code: "conflict" });
    expect(refusal.message).toMatch(/Changed after it was applied to this database: 0000_a/);
    expect(await tables()).toEqual(["a"]);
  });

  test("sees no change in a file whose line ends were converted", async () => {
    write({ "0000_a": "create table a (\n  id int\n)" });
    await run();
    write({ "0000_a": "create table a (\r\n  id int\r\n)" });
    expect((await run()).alreadyUpToDate).toBe(true);
  });

  test("gives up in words when the lock is held for too long", async () => {
    write({ "0000_a": "select pg_sleep(60)" });
    const told: string[] = [];
    const listening: Log = { ...log, info: (_fields, message) => told.push(message) };
    const holder = run().catch((error: unknown) => error);
    const sleeper = await eventually(async () => {
      const [row] = await database.sql`
        select pid from pg_stat_activity where datname = current_database()
          and wait_event = 'PgSleep'`;
      return row;
    });
    const late = migrate({ url: database.url, log: listening, folder, lockWaitMs: 100 });
    expect(await late.catch((error) => error.message)).toMatch(
      /Another process has been migrating this database for more than 100 ms/,
    );
    expect(told).toEqual(["Another process is migrating this database; waiting for it."]);
    await database.sql`select pg_terminate_backend(${sleeper["pid"]})`;
    await holder;
  });

  test("says that the database cannot be reached", async () => {
    const away = migrate({
      url: "postgres://nobody@127.0.0.1:1/none",
      log,
      folder: migrationsFolder,
    });
    expect(await away.catch((error) => error)).toMatchObject({
      code: "database_unavailable",
      message: expect.stringMatching(/^Cannot reach the database: /),
    });
  });
});

describe("files in after/", () => {
  const index = "create index concurrently if not exists a_id on a (id)";

  test("run outside a transaction, right behind the migration of their number", async () => {
    write(
      { "0000_a": "create table a (id int)", "0001_b": "create table b (id int)" },
      { "0000_index": index },
    );
    expect((await run()).applied).toEqual(["0000_a", "after/0000_index", "0001_b"]);
    expect(await database.sql`select 1 from pg_indexes where indexname = 'a_id'`).toHaveLength(1);
    expect((await run()).alreadyUpToDate).toBe(true);
  });

  test("are not stopped by others that wait for the same lock", async () => {
    write({ "0000_a": "create table a (id int)" }, { "0000_index": index });
    const results = await Promise.all(Array.from({ length: 4 }, run));
    expect(results.flatMap(({ applied }) => applied)).toEqual(["0000_a", "after/0000_index"]);
  });

  test("are run again as a whole after a failure half-way", async () => {
    const broken = `${index};\n--> statement-breakpoint\ncreate index concurrently on nowhere (id)`;
    write({ "0000_a": "create table a (id int)" }, { "0000_index": broken });
    expect(await run().catch((error) => error.message)).toMatch(
      /^Migration after\/0000_index failed: .* What came before in it was kept/,
    );
    write({ "0000_a": "create table a (id int)" }, { "0000_index": index });
    expect((await run()).applied).toEqual(["after/0000_index"]);
  });

  test("without a migration of their number are refused", async () => {
    write({ "0000_a": "create table a (id int)" }, { "0007_index": index });
    expect(await run().catch((error) => error.message)).toContain("0007_index.sql");
    expect(await tables()).toEqual([]);
  });
});

test("the shipped folder is complete wherever the process was started", async () => {
  cpSync(migrationsFolder, folder, { recursive: true });
  const here = process.cwd();
  process.chdir("/");
  try {
    expect((await migrate({ url: database.url, log })).applied.length).toBeGreaterThan(0);
    expect((await run()).alreadyUpToDate).toBe(true);
  } finally {
    process.chdir(here);
  }
});
