import postgres from "postgres";
import { withDeadline } from "../lib/deadline.ts";
import { AppError, errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import { type Migration, migrationsFolder, readMigrations, statementsOf } from "./migrations.ts";

export interface MigrateOptions {
  url: string;
  log: Log;
  /** Longest wait for another process that is migrating. */
  lockWaitMs?: number;
  /** Another folder of drizzle's layout. */
  folder?: string;
}

export interface MigrateResult {
  /** Names, in the order they ran. */
  applied: string[];
  alreadyUpToDate: boolean;
}

/** Any number, the same in every version: two programs that migrate must meet here. */
const LOCK_KEY = 4_773_002_711;
const LOCK_POLL_MS = 200;
const LOCK_WAIT_MS = 120_000;
/** Building an index on a large table is slow; more than this is a hang. */
const STATEMENT_LIMIT_MS = 30 * 60_000;
/** DDL that waits for a lock stops everybody behind it: better give up and be run again. */
const TABLE_LOCK_LIMIT_MS = 15_000;
const ANSWER_MS = 10_000;

/**
 * Brings a database to the newest schema. Each migration and its row in `leadline_meta.migrations` are one
 * transaction; files in `drizzle/after` run outside one. Safe to start many times at once: one works,
 * the others wait for it. Throws `conflict` if the database is newer than this program, if an applied
 * file was changed, or if another process holds the lock for too long; `internal` if a migration fails,
 * with all earlier ones kept and nothing of that one.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder);
  const sql = connect(options.url);
  try {
    await reach(sql);
    const pending = await claimPending(sql, migrations, options);
    for (const migration of pending) {
      await apply(sql, migration);
      options.log.info({ migration: migration.name }, `Applied migration ${migration.name}.`);
    }
    return { applied: pending.map(({ name }) => name), alreadyUpToDate: pending.length === 0 };
  } finally {
    // Ends the session, and with it the lock.
    await sql.end({ timeout: 1 });
  }
}

/**
 * One connection, so that the session lock and the work share a backend. Should it break and come
 * back without the lock, the row that each migration inserts first still lets only one through.
 */
function connect(url: string): postgres.Sql {
  return postgres(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: "leadline-migrate",
      statement_timeout: STATEMENT_LIMIT_MS,
      // The default begins with a schema of the user's name, which would swallow the tables.
      search_path: "public",
    },
  });
}

async function reach(sql: postgres.Sql): Promise<void> {
  try {
    await answer(sql`select 1`);
  } catch (error) {
    const why = errorMessage(error);
    throw new AppError("database_unavailable", `Cannot reach the database: ${why}.`, {}, error);
  }
}

/**
 * What is left to apply, with the lock in hand unless that is nothing. Asks again and again instead of
 * waiting inside Postgres: a waiting statement holds a snapshot, and the `create index concurrently`
 * of the one it waits for would wait for that snapshot.
 */
async function claimPending(
  sql: postgres.Sql,
  migrations: readonly Migration[],
  { log, lockWaitMs = LOCK_WAIT_MS }: MigrateOptions,
): Promise<Migration[]> {
  const startedMs = performance.now();
  for (let asked = 0; ; asked++) {
    if (pendingOf(migrations, await readApplied(sql)).length === 0) return [];
    const [row] = await answer(sql<{ taken: boolean }[]>`
      select pg_try_advisory_lock(${LOCK_KEY}) as taken`);
    if (row?.taken) break;
    if (performance.now() - startedMs > lockWaitMs) throw stillMigrating(lockWaitMs);
    if (asked === 0) log.info({}, "Another process is migrating this database; waiting for it.");
    await sleep(LOCK_POLL_MS);
  }
  await answer(sql.unsafe(BOOKKEEPING).simple());
  return pendingOf(migrations, await readApplied(sql));
}

const BOOKKEEPING = `
  create schema if not exists leadline_meta;
  create table if not exists leadline_meta.migrations (
    name text primary key,
    hash text not null,
    applied_at timestamptz not null default now()
  )`;

interface AppliedRow {
  name: string;
  hash: string;
}

async function readApplied(sql: postgres.Sql): Promise<AppliedRow[]> {
  const [table] = await answer(sql<{ there: boolean }[]>`
    select to_regclass('leadline_meta.migrations') is not null as there`);
  if (!table?.there) return [];
  return answer(sql<AppliedRow[]>`select name, hash from leadline_meta.migrations order by name`);
}

function pendingOf(migrations: readonly Migration[], applied: readonly AppliedRow[]): Migration[] {
  const known = new Map(migrations.map(({ name, hash }) => [name, hash]));
  const newer = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (newer.length > 0) throw madeByNewer(newer);
  const changed = applied.filter(({ name, hash }) => known.get(name) !== hash);
  if (changed.length > 0) throw changedAfterwards(changed.map(({ name }) => name));
  const done = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  try {
    if (migration.inTransaction) await applyAtOnce(sql, migration);
    else await applyOneByOne(sql, migration);
  } catch (error) {
    throw failed(migration, error);
  }
}

/**
 * All statements in one message, which Postgres runs as one transaction: nothing can come between, and
 * nothing is left open when it fails. `record` holds a checked name and a hash: no outside text.
 */
async function applyAtOnce(sql: postgres.Sql, migration: Migration): Promise<void> {
  const limits = `set local lock_timeout = ${TABLE_LOCK_LIMIT_MS}`;
  const text = [limits, recordOf(migration), migration.sql].join(";\n");
  await answer(sql.unsafe(text).simple(), STATEMENT_LIMIT_MS);
}

/** No transaction, so a failure leaves the earlier statements done: the next run repeats them. */
async function applyOneByOne(sql: postgres.Sql, migration: Migration): Promise<void> {
  for (const statement of [...statementsOf(migration), recordOf(migration)]) {
    await answer(sql.unsafe(statement).simple(), STATEMENT_LIMIT_MS);
  }
}

function recordOf({ name, hash }: Migration): string {
  return `insert into leadline_meta.migrations (name, hash) values ('${name}', '${hash}')`;
}

async function answer<T>(statement: PromiseLike<T>, limitMs = 0): Promise<T> {
  return await withDeadline(statement, limitMs + ANSWER_MS, "Postgres", "database_unavailable");
}

function stillMigrating(lockWaitMs: number): AppError {
  return new AppError(
    "conflict",
    `Another process has been migrating this database for more than ${lockWaitMs} ms. Wait for it, or find it in pg_stat_activity as leadline-migrate.`,
  );
}

function madeByNewer(names: readonly string[]): AppError {
  return new AppError(
    "conflict",
    `This database was made by a newer Leadline (it has ${names.join(", ")}). Update the program; nothing was changed.`,
    { names },
  );
}

function changedAfterwards(names: readonly string[]): AppError {
  return new AppError(
    "conflict",
    `Changed after it was applied to this database: ${names.join(", ")}. Restore the file and put the change into a new migration.`,
    { names },
  );
}

function failed({ name, inTransaction }: Migration, error: unknown): AppError {
  if (!(error instanceof postgres.PostgresError)) {
    return new AppError(
      "database_unavailable",
      `Postgres went away during migration ${name} (${errorMessage(error)}). Run it again: what was done is known and skipped.`,
      { name },
      error,
    );
  }
  const left = inTransaction
    ? "Nothing of it was kept."
    : "What came before in it was kept; run it again once the cause is gone.";
  const text = `Migration ${name} failed: ${error.message}. ${left}`;
  return new AppError("internal", text, { name }, error);
}
