import { createHash, randomBytes } from "node:crypto";
import Redis from "ioredis";
import postgres from "postgres";
import { migrate } from "../../src/db/migrate.ts";
import { migrationsFolder, readMigrations } from "../../src/db/migrations.ts";
import { silentLog, testServers } from "./servers.ts";
import { eventually } from "./wait.ts";

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Any number; test processes that share a server make the template one after the other. */
const TEMPLATE_LOCK = 7_301_844_102;

let template: Promise<string> | null = null;

/** A freshly migrated, empty database of its own. `name` only helps a reader of the server's list. */
export async function testDatabase(name: string): Promise<TestDatabase> {
  const { databaseUrl } = await testServers();
  template ??= ensureTemplate(databaseUrl);
  const source = await template;
  const own = `ll_${slug(name)}_${randomBytes(4).toString("hex")}`;
  await asAdmin(databaseUrl, (sql) => copyDatabase(sql, own, source));
  return {
    url: withDatabase(databaseUrl, own),
    drop: () =>
      asAdmin(databaseUrl, async (sql) => {
        await sql.unsafe(`drop database if exists "${own}" with (force)`);
      }),
  };
}

const free: TestDatabase[] = [];

/**
 * For files that want an empty database for each test: dropped, it is emptied and lent again, which takes a
 * fraction of making one. Only for tests that leave tables as they are; `dropLent` at the end.
 */
export async function lentDatabase(name: string): Promise<TestDatabase> {
  const own = free.pop() ?? (await testDatabase(name));
  return {
    url: own.url,
    drop: async () => {
      await asAdmin(own.url, empty);
      free.push(own);
    },
  };
}

export async function dropLent(): Promise<void> {
  for (const one of free.splice(0)) await one.drop();
}

/** Only what has rows: to truncate a table costs more than to see that it is empty. */
async function empty(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`do $$ declare one record; full_ones text[] := '{}'; has_rows boolean;
    begin
      for one in select format('%I', tablename) as name from pg_tables where schemaname = 'public'
      loop
        execute format('select exists (select 1 from %s)', one.name) into has_rows;
        if has_rows then full_ones := full_ones || one.name; end if;
      end loop;
      if array_length(full_ones, 1) > 0 then
        execute 'truncate ' || array_to_string(full_ones, ', ') || ' cascade';
      end if;
    end $$`);
}

/** A Redis key prefix of its own, and how to remove its keys. */
export async function testKeyspace(name: string): Promise<TestKeyspace> {
  const { redisUrl } = await testServers();
  const prefix = `t-${slug(name)}-${randomBytes(4).toString("hex")}`;
  return { url: redisUrl, prefix, partitions: 1, clear: () => clearKeys(redisUrl, prefix) };
}

export interface TestKeyspace {
  url: string;
  prefix: string;
  partitions: number;
  clear(): Promise<void>;
}

async function clearKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  try {
    const keys = await redis.keys(`{${prefix}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .slice(0, 30);
}

async function ensureTemplate(databaseUrl: string): Promise<string> {
  const migrations = await readMigrations(migrationsFolder);
  const hash = createHash("sha256").update(migrations.map((one) => one.hash).join());
  const name = `ll_template_${hash.digest("hex").slice(0, 16)}`;
  await asAdmin(databaseUrl, async (sql) => {
    await sql`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    const [found] = await sql`select 1 from pg_database where datname = ${name}`;
    if (found) return;
    const draft = `${name}_${randomBytes(4).toString("hex")}`;
    await sql.unsafe(`create database "${draft}"`);
    await migrate({ url: withDatabase(databaseUrl, draft), log: silentLog });
    await renameDatabase(sql, draft, name);
  });
  return name;
}

/** The migration's own connection may need a moment to be gone. */
async function renameDatabase(sql: postgres.Sql, from: string, to: string): Promise<void> {
  await eventually(() => sql.unsafe(`alter database "${from}" rename to "${to}"`));
}

async function copyDatabase(sql: postgres.Sql, name: string, source: string): Promise<void> {
  await eventually(() => sql.unsafe(`create database "${name}" template "${source}"`));
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
