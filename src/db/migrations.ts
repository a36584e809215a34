import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { AppError } from "../lib/errors.ts";
import { sha256 } from "../lib/sha256.ts";

export interface Migration {
  /** File name without `.sql`; with `after/` in front for one that runs outside a transaction. */
  name: string;
  /** SHA-256 of the file, in hex. */
  hash: string;
  sql: string;
  /** False: its statements run one by one, each committed by itself. */
  inTransaction: boolean;
}

/** Where drizzle-kit writes, found from this file so that the current folder does not matter. */
export const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

const Journal = Type.Object({
  entries: Type.Array(Type.Object({ tag: Type.String({ pattern: "^\\d{4}_[a-z0-9_]+$" }) })),
});

/**
 * The migrations of a folder in the order in which they run: each entry of `meta/_journal.json`,
 * followed by the files of `after/` that carry its number.
 */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const journal = await readJournal(folder);
  const after = await listAfter(folder);
  const migrations: Migration[] = [];
  for (const { tag } of journal.entries) {
    migrations.push(await readMigration(folder, tag, true));
    for (const name of after.filter((file) => numberOf(file) === numberOf(tag))) {
      migrations.push(await readMigration(folder, `after/${name}`, false));
    }
  }
  const numbers = journal.entries.map(({ tag }) => numberOf(tag));
  const orphan = after.find((file) => !numbers.includes(numberOf(file)));
  if (orphan) throw broken(`${orphan}.sql in drizzle/after follows no migration of that number.`);
  return migrations;
}

/** The single statements of a migration's file. */
export function statementsOf(migration: Migration): string[] {
  return migration.sql
    .split("--> statement-breakpoint")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

async function readJournal(folder: string): Promise<Static<typeof Journal>> {
  const journal: unknown = JSON.parse(await read(join(folder, "meta", "_journal.json")));
  if (!Value.Check(Journal, journal)) throw broken("meta/_journal.json is not a drizzle journal.");
  return journal;
}

async function listAfter(folder: string): Promise<string[]> {
  const files = await readdir(join(folder, "after")).catch(() => []);
  const names = files.filter((file) => file.endsWith(".sql")).map((file) => file.slice(0, -4));
  const odd = names.find((name) => !/^\d{4}_[a-z0-9_]+$/.test(name));
  if (odd) throw broken(`drizzle/after/${odd}.sql is not named like 0001_what_it_does.sql.`);
  return names.sort();
}

async function readMigration(
  folder: string,
  name: string,
  inTransaction: boolean,
): Promise<Migration> {
  const sql = (await read(join(folder, `${name}.sql`))).replaceAll("\r\n", "\n");
  return { name, hash: sha256(sql), sql, inTransaction };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AppError("internal", `Cannot read the migration file ${path}.`, {}, error);
  }
}

function numberOf(name: string): string {
  return name.slice(0, 4);
}

function broken(problem: string): AppError {
  return new AppError("internal", `The migrations folder is broken: ${problem}`);
}
