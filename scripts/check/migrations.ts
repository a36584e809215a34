import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { root, runTool, type Verdict } from "./run.ts";

/** Generates migrations beside a copy of the committed ones: a new file means that one is missing. */
export async function checkMigrations(schema = "./src/db/schema/*.ts"): Promise<Verdict> {
  const copy = mkdtempSync(join(tmpdir(), "leadline-drift-"));
  try {
    cpSync(join(root, "drizzle"), copy, { recursive: true });
    const before = new Set(readdirSync(copy));
    const { ok, output } = await runTool("drizzle-kit/bin.cjs", [
      "generate",
      "--dialect=postgresql",
      `--schema=${schema}`,
      "--casing=snake_case",
      // An absolute folder is taken for a relative one by drizzle-kit.
      `--out=${relative(root, copy)}`,
    ]);
    // Asked whether a column was renamed it ends well without writing anything: only its word counts.
    if (ok && output.includes("No schema changes")) return "";
    const added = readdirSync(copy).filter((name) => name.endsWith(".sql") && !before.has(name));
    const statements = added.map((name) => readFileSync(join(copy, name), "utf8"));
    return [
      "The tables in src/db/schema and the files in drizzle/ differ.",
      "Run: bunx drizzle-kit generate --config drizzle/drizzle.config.ts",
      ...(statements.length > 0 ? statements : [output]),
    ].join("\n");
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
