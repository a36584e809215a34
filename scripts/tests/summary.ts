import type { TestCase } from "./junit.ts";

const SLOWEST_SHOWN = 10;
/** Of each failure's reason: enough for a difference, and no flood. */
const WHY_LINES_SHOWN = 30;

/** The lines that end a run: the slowest tests, the failed ones with their reasons, the counts alone at the end. */
export function summarize(cases: readonly TestCase[]): { lines: string[]; exitCode: 0 | 1 } {
  const count = (outcome: TestCase["outcome"]) =>
    cases.filter((one) => one.outcome === outcome).length;
  const [passed, failed, skipped] = [count("passed"), count("failed"), count("skipped")];
  const slowest = cases.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST_SHOWN);
  const seconds = (one: TestCase) => `${(one.durationMs / 1000).toFixed(1).padStart(6)} s`;
  return {
    lines: [
      "",
      `The ${slowest.length} slowest tests:`,
      ...slowest.map((one) => `${seconds(one)}  ${one.file}: ${one.name}`),
      ...(skipped > 0 ? [`${skipped} tests were skipped.`] : []),
      ...cases.filter((one) => one.outcome === "failed").flatMap(failureLines),
      ...(passed === 0 ? ["No test has passed: that is a failure too."] : []),
      `${passed} passed, ${failed} failed`,
    ],
    exitCode: failed > 0 || passed === 0 ? 1 : 0,
  };
}

function failureLines({ file, name, why }: TestCase): string[] {
  const reason = why?.split("\n").slice(0, WHY_LINES_SHOWN) ?? [];
  return [`✗ ${file}: ${name}`, ...reason.map((line) => `    ${line}`.trimEnd())];
}
