import type { Check } from "../../src/modules/numbers/check.ts";

const marks = { ok: "✓", warn: "!", fail: "✗" } as const;
const colours = { ok: "\u001b[32m", warn: "\u001b[33m", fail: "\u001b[1;31m" } as const;
const END = "\u001b[0m";

/** What was found as lines for a terminal: the installation first, then each number. */
export function tableOf(checks: readonly Check[], coloured: boolean): string[] {
  const width = Math.max(0, ...checks.map(({ check }) => check.length));
  const groups = Map.groupBy(checks, ({ about }) => about);
  const lines = [...groups].flatMap(([about, group]) => [
    about ?? "Installation",
    ...group.flatMap((one) => linesOf(one, width, coloured)),
    "",
  ]);
  return [...lines, summaryOf(checks)];
}

function linesOf({ check, state, text, fix }: Check, width: number, coloured: boolean): string[] {
  const mark = coloured ? `${colours[state]}${marks[state]}${END}` : marks[state];
  const indent = " ".repeat(width + 6);
  return [`  ${mark} ${check.padEnd(width)}  ${text}`, ...(fix ? [`${indent}→ ${fix}`] : [])];
}

function summaryOf(checks: readonly Check[]): string {
  const count = (wanted: Check["state"]) => checks.filter(({ state }) => state === wanted).length;
  const [failed, warned] = [count("fail"), count("warn")];
  if (failed + warned === 0) return `All ${checks.length} checks are well.`;
  return `${failed} of ${checks.length} checks failed, ${warned} to look at.`;
}
