import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrationsFolder, readMigrations } from "../../src/db/migrations.ts";

/** A copy of the migrations that ends before the one whose name ends so. */
export async function migrationsBefore(ending: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "leadline-migrations-"));
  cpSync(migrationsFolder, folder, { recursive: true });
  const names = (await readMigrations(migrationsFolder)).map(({ name }) => name);
  const tags = names.slice(
    0,
    names.findIndex((name) => name.endsWith(ending)),
  );
  const entries = tags.map((tag, idx) => ({ idx, tag, breakpoints: true }));
  writeFileSync(join(folder, "meta", "_journal.json"), JSON.stringify({ version: "7", entries }));
  const isKnown = (file: string) => tags.some((tag) => tag.slice(0, 4) === file.slice(0, 4));
  for (const file of readdirSync(join(folder, "after"))) {
    if (file.endsWith(".sql") && !isKnown(file)) rmSync(join(folder, "after", file));
  }
  return folder;
}
