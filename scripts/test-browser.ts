import { testFiles } from "./tests/files.ts";
import type { TestCase } from "./tests/junit.ts";
import { runBunTestPatiently } from "./tests/run-bun-test.ts";
import { summarize } from "./tests/summary.ts";

const SILENT_MS = 2 * 60_000;
const TEST_LIMIT_MS = 60_000;
const MISSING =
  "The browser tests were left out: no Chromium or Chrome found. Install one (apt-get install chromium; on macOS Google Chrome), or set CHROMIUM to its program.";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Opens the pages in a real browser, one file after the other. Null when there is no browser. */
export async function runBrowser(words: readonly string[] = []): Promise<TestCase[] | null> {
  const chromium = await findChromium();
  if (chromium === null) {
    console.log(MISSING);
    return null;
  }
  const cases: TestCase[] = [];
  for (const file of testFiles("tests/browser/**/*.browser.ts", words)) {
    const run = {
      args: [file, `--timeout=${TEST_LIMIT_MS}`],
      label: file,
      silentMs: SILENT_MS,
      env: { CHROMIUM: chromium },
    };
    cases.push(...(await runBunTestPatiently(run)));
  }
  return cases;
}

async function findChromium(): Promise<string | null> {
  const given = process.env["CHROMIUM"];
  for (const path of given ? [given] : PLACES) {
    if (await Bun.file(path).exists()) return path;
  }
  return null;
}

if (import.meta.main) {
  const { lines, exitCode } = summarize((await runBrowser(process.argv.slice(2))) ?? []);
  console.log(lines.join("\n"));
  process.exit(exitCode);
}
