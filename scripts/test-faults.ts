import { testFiles } from "./tests/files.ts";
import type { TestCase } from "./tests/junit.ts";
import { runBunTestPatiently } from "./tests/run-bun-test.ts";
import { summarize } from "./tests/summary.ts";

const SILENT_MS = 4 * 60_000;
const TEST_LIMIT_MS = 3 * 60_000;

/**
 * Kills, pauses and unplugs things on purpose. One file at a time, each in a fresh process with
 * servers of its own. `quick` takes the bounded selection (FAULTS=quick), otherwise everything.
 */
export async function runFaults(
  selection: "quick" | "full",
  words: readonly string[] = [],
): Promise<TestCase[]> {
  const cases: TestCase[] = [];
  for (const file of testFiles("tests/faults/**/*.fault.ts", words)) {
    const run = {
      args: [file, `--timeout=${TEST_LIMIT_MS}`],
      label: file,
      silentMs: SILENT_MS,
      env: { FAULTS: selection },
    };
    cases.push(...(await runBunTestPatiently(run)));
  }
  return cases;
}

if (import.meta.main) {
  const { lines, exitCode } = summarize(await runFaults("full", process.argv.slice(2)));
  console.log(lines.join("\n"));
  process.exit(exitCode);
}
