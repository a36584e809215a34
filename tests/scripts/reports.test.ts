import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseJunit, type TestCase } from "../../scripts/tests/junit.ts";
import { runBunTest, runBunTestPatiently } from "../../scripts/tests/run-bun-test.ts";
import { summarize } from "../../scripts/tests/summary.ts";
import { tempDir } from "../support/servers.ts";

let folder: string;
beforeAll(() => {
  folder = tempDir("reports");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A test file of its own, run as the scripts run ours. */
async function write(name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, `import { describe, expect, test } from "bun:test";\n${body}`);
  return path;
}

const print = () => undefined;

const outcomes = (cases: readonly TestCase[]) =>
  cases.map(({ name, outcome }) => `${name}: ${outcome}`);

describe("runBunTest", () => {
  test("counts each test as it ended, with its describe blocks", async () => {
    const file = await write(
      "mixed.test.ts",
      `describe("a", () => { describe("b & c", () => {
        test("holds <x>", () => expect(1).toBe(1));
        test("breaks", () => expect(1).toBe(2));
      }); });
      test.skip("waits", () => {});`,
    );
    const { cases } = await runBunTest({ args: [file], label: "mixed", silentMs: 20_000, print });
    expect(outcomes(cases).sort()).toEqual([
      expect.stringMatching(/b & c.*breaks: failed$/),
      expect.stringMatching(/b & c.*holds <x>: passed$/),
      expect.stringMatching(/waits: skipped$/),
    ]);
    const whys = cases.flatMap(({ why }) => why ?? []);
    expect(whys).toEqual([expect.stringMatching(/Expected: 2\nReceived: 1/)]);
  });

  test("counts a process that ends badly as a failure, whatever its report says", async () => {
    const file = await write("dies.test.ts", 'test("a", () => process.exit(7));');
    const { cases } = await runBunTest({ args: [file], label: "dies", silentMs: 20_000, print });
    expect(cases.filter(({ outcome }) => outcome === "failed")).toHaveLength(1);
  });

  test("counts a file that cannot be loaded as a failure", async () => {
    const file = await write("broken.test.ts", 'import "./nowhere.ts"; test("a", () => {});');
    const { cases } = await runBunTest({ args: [file], label: "broken", silentMs: 20_000, print });
    expect(cases.filter(({ outcome }) => outcome === "failed").length).toBeGreaterThan(0);
  });

  test("kills a run that says nothing, and tries it once more in a fresh process", async () => {
    const file = await write(
      "wedged.test.ts",
      `const marker = ${JSON.stringify(join(folder, "tried"))};
      test("a", async () => {
        if (!(await Bun.file(marker).exists())) {
          await Bun.write(marker, "");
          for (;;);
        }
      });`,
    );
    const cases = await runBunTestPatiently({
      args: [file],
      label: "wedged",
      silentMs: 2_500,
      print,
    });
    expect(outcomes(cases)).toEqual(["a: passed"]);
  });
});

describe("summarize", () => {
  const one = (name: string, outcome: TestCase["outcome"], durationMs = 1): TestCase => ({
    file: "tests/x.test.ts",
    name,
    durationMs,
    outcome,
  });

  test("ends with the counts alone, names what failed and the ten slowest", () => {
    const many = Array.from({ length: 12 }, (_, n) => one(`slow ${n}`, "passed", n * 1000));
    const bad = { ...one("bad", "failed"), why: "Expected: 2\nReceived: 1" };
    const { lines, exitCode } = summarize([...many, bad, one("no", "skipped")]);
    expect(lines.at(-1)).toBe("12 passed, 1 failed");
    expect(lines.slice(-4, -1)).toEqual([
      "✗ tests/x.test.ts: bad",
      "    Expected: 2",
      "    Received: 1",
    ]);
    expect(lines).toContain("1 tests were skipped.");
    expect(lines.filter((line) => line.includes("slow "))).toHaveLength(10);
    expect(lines.join("\n")).not.toContain("slow 1\n");
    expect(exitCode).toBe(1);
  });

  test("is good only when something passed and nothing failed", () => {
    expect(summarize([one("a", "passed")]).exitCode).toBe(0);
    expect(summarize([]).exitCode).toBe(1);
    expect(summarize([]).lines.at(-1)).toBe("0 passed, 0 failed");
    expect(summarize([one("a", "skipped")]).exitCode).toBe(1);
  });
});

test("a report without a test is no test", () => {
  expect(parseJunit('<testsuites tests="0"></testsuites>')).toEqual([]);
});
