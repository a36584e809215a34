import { checkDockerfile } from "./check/dockerfile.ts";
import { checkEnvExample } from "./check/env-example.ts";
import { checkErrorsPage } from "./check/errors-page.ts";
import { checkMigrations } from "./check/migrations.ts";
import { checkWith, type Verdict } from "./check/run.ts";

/** Everything that can be known about the code without running it. */
const checks: Readonly<Record<string, () => Verdict | Promise<Verdict>>> = {
  types: () => checkWith("typescript/bin/tsc", ["-p", "."]),
  "lint and format": () => checkWith("@biomejs/biome/bin/biome", ["check", "."]),
  "unused code": () => checkWith("knip/bin/knip-bun.js", ["--no-progress"]),
  ".env.example": checkEnvExample,
  "docs/errors.md": checkErrorsPage,
  migrations: checkMigrations,
  Dockerfile: checkDockerfile,
};

async function verdictOf(check: () => Verdict | Promise<Verdict>): Promise<Verdict> {
  try {
    return await check();
  } catch (error) {
    return String(error);
  }
}

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const startedAt = performance.now();
  const verdict = await verdictOf(check);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${verdict ? "✗" : "✓"} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  if (verdict) {
    failed += 1;
    console.log(verdict.replaceAll(/^/gm, "    "));
  }
}
console.log(
  failed === 0 ? "All checks passed." : `${failed} of ${Object.keys(checks).length} checks failed.`,
);
process.exit(failed === 0 ? 0 : 1);
