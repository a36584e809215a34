import type { Difference } from "./history.ts";
import { type CaseResult, type RunReport, shareOf, totalsOf } from "./results.ts";
import { bill, changeOf, meaningOf, money, percent, rangeOf } from "./words.ts";

type Tone = "plain" | "soft" | "strong" | "good" | "bad";
export type Paint = (tone: Tone, text: string) => string;

const codes = {
  plain: "",
  soft: "\u001b[2m",
  strong: "\u001b[1m",
  good: "\u001b[32m",
  bad: "\u001b[1;31m",
};
export const painted: Paint = (tone, text) =>
  tone === "plain" ? text : `${codes[tone]}${text}\u001b[0m`;
export const unpainted: Paint = (_tone, text) => text;

const BAR = 20;
const MAX_SAID = 300;

/** A run as lines for a terminal: what it means, each group, each failure, the verdict last. */
export function linesOf(run: RunReport, difference: Difference | null, paint: Paint): string[] {
  return [
    paint("strong", `Leadline golden set, ${run.mode}`),
    ...meaningOf(run).map((line) => paint("soft", line)),
    "",
    ...groupLines(run, paint),
    "",
    ...run.results.filter(({ passed }) => !passed).flatMap((one) => failureLines(one, paint)),
    ...staleLines(run, paint),
    ...(difference ? [...differenceLines(run, difference, paint), ""] : []),
    ...verdictLines(run, paint),
  ];
}

function groupLines({ results, groups, mode }: RunReport, paint: Paint): string[] {
  const byGroup = Map.groupBy(results, ({ group }) => group);
  const titles = [...byGroup.keys()].map((group) => groups[group]?.title ?? group);
  const width = Math.max(...titles.map(({ length }) => length), 0);
  return [...byGroup].map(([group, some], index) => {
    const passed = some.filter((one) => one.passed).length;
    const isWhole = passed === some.length;
    const filled = Math.floor((passed / some.length) * BAR);
    const bar = paint(isWhole ? "good" : "bad", "█".repeat(filled)) + "░".repeat(BAR - filled);
    const mark = isWhole ? paint("good", "✓") : paint("bad", "✗");
    const { costUsd, trials } = totalsOf(some);
    const each = mode === "live" ? `  ${money(costUsd)}, ${trials} trials` : "";
    const title = (titles[index] ?? group).padEnd(width);
    return `  ${mark} ${title}  ${bar}  ${`${passed}/${some.length}`.padStart(7)}${paint("soft", each)}`;
  });
}

function failureLines(result: CaseResult, paint: Paint): string[] {
  const { group, id, severity, catches, source, trials } = result;
  const bad = trials.filter(({ failures }) => failures.length > 0);
  const [worst] = bad.toSorted((a, b) => b.failures.length - a.failures.length);
  const count = trials.length > 1 ? `, ${bad.length} of ${trials.length} trials failed` : "";
  return [
    `${paint("bad", `✗ ${group}/${id}`)}  ${severity}, ${source}${count}`,
    paint("soft", `    catches: ${catches}`),
    ...(worst?.failures ?? []).map(
      ({ check, expected, got }) =>
        `    ${check}: expected ${expected.slice(0, MAX_SAID)}, got ${got.slice(0, MAX_SAID)}`,
    ),
    `    left: ${worst?.said === null ? "nothing" : `${worst?.leaves} “${worst?.said?.slice(0, MAX_SAID)}”`}`,
    "",
  ];
}

function staleLines({ stale }: RunReport, paint: Paint): string[] {
  if (stale.length === 0) return [];
  return [
    ...stale.map(({ model, recordedAt, cases, because }) =>
      paint(
        "bad",
        `! ${cases} recordings of ${model} (${recordedAt.slice(0, 10)}) are stale: ${because.join(" and ")} changed since.`,
      ),
    ),
    "  They were not replayed. Record anew: bun run evals --live --record",
    "",
  ];
}

function differenceLines(run: RunReport, difference: Difference, paint: Paint): string[] {
  const { since, model, broken, mended, added, removed, promptsChanged } = difference;
  const listed = (tone: Tone, word: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [paint(tone, `  ${word}: ${ids.join(", ")}`)];
  const other = model === run.model ? "" : ` of ${model}`;
  return [
    paint("strong", `Since the run${other} of ${since.slice(0, 16).replace("T", " ")} UTC`),
    ...listed("bad", "broken", broken),
    ...listed("good", "mended", mended),
    ...(promptsChanged.length > 0 ? [`  prompts changed: ${promptsChanged.join(", ")}`] : []),
    `  ${added} added, ${removed} removed; tokens per trial ${changeOf(difference.tokenChange)}, cost ${changeOf(difference.costChange)}`,
  ];
}

function verdictLines(run: RunReport, paint: Paint): string[] {
  const passed = run.results.filter((one) => one.passed).length;
  const total = run.results.length;
  const totals = totalsOf(run.results);
  const { trials, tokens, medianMs } = totals;
  const share = shareOf(run.results);
  const live =
    run.mode === "live" && share.of > 0
      ? [
          `${percent(share.passed / share.of)} of ${share.of} cases (95 %: ${rangeOf(share)}); ${trials} trials, median ${medianMs} ms`,
        ]
      : [];
  const word = run.mode === "live" ? "cost" : `tokens estimated, would cost at ${run.model}`;
  return [
    ...live,
    `${tokens.toLocaleString("en")} tokens, ${word} ${bill(totals)}`,
    `Set ${run.caseSetHash}; prompts ${run.prompts.map(({ step, version, hash }) => `${step} ${version} (${hash})`).join(", ") || "none"}`,
    paint(passed === total ? "good" : "bad", `${passed} of ${total} cases passed`),
  ];
}
