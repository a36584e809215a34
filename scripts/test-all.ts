import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../src/ops/embedded.ts";
import { createLogger } from "../src/ops/logger.ts";
import { runBrowser } from "./test-browser.ts";
import { runFaults } from "./test-faults.ts";
import type { TestCase } from "./tests/junit.ts";
import { runBunTestPatiently } from "./tests/run-bun-test.ts";
import { summarize } from "./tests/summary.ts";

const TEST_LIMIT_MS = 30_000;

/** Everything, in the order in which it is cheapest to fail: code, units, faults, browser. */
const cases: TestCase[] = [];
cases.push(await checkCode());
heading("Tests");
cases.push(...(await runUnits()));
heading("Faults");
cases.push(...(await runFaults({ selection: "quick" })).cases);
heading("Browser");
cases.push(...((await runBrowser()) ?? []));
const { lines, exitCode } = summarize(cases);
console.log(lines.join("\n"));
process.exit(exitCode);

function heading(text: string): void {
  console.log(`\n== ${text} ==`);
}

/** Counted as one test. */
async function checkCode(): Promise<TestCase> {
  heading("Check");
  const startedAt = performance.now();
  const child = Bun.spawn([process.execPath, "scripts/check.ts"], {
    stdout: "inherit",
    stderr: "inherit",
  });
  await child.exited;
  return {
    file: "scripts/check.ts",
    name: "finds nothing",
    durationMs: performance.now() - startedAt,
    outcome: child.exitCode === 0 ? "passed" : "failed",
  };
}

/** With servers started once, so that each worker process does not start its own. */
async function runUnits(): Promise<TestCase[]> {
  const silentMs = 3 * 60_000;
  const dataDir = mkdtempSync(join(tmpdir(), "leadline-units-"));
  const log = createLogger({ level: "warn", role: "tests" });
  const servers = await startEmbedded({
    dataDir,
    postgres: true,
    redis: true,
    durable: false,
    log,
  });
  try {
    const env = {
      TEST_DATABASE_URL: servers.databaseUrl ?? "",
      TEST_REDIS_URL: servers.redisUrl ?? "",
    };
    return await runBunTestPatiently({
      args: ["--parallel=2", `--timeout=${TEST_LIMIT_MS}`],
      label: "bun test",
      silentMs,
      env,
    });
  } finally {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
