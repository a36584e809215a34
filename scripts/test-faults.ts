import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FaultRow } from "../tests/faults/support/rows.ts";
import { faultMatrix, faultTable } from "./tests/fault-matrix.ts";
import { testFiles } from "./tests/files.ts";
import type { TestCase } from "./tests/junit.ts";
import { runBunTestPatiently } from "./tests/run-bun-test.ts";
import { summarize } from "./tests/summary.ts";

const SILENT_MS = 4 * 60_000;
const TEST_LIMIT_MS = 3 * 60_000;
const MATRIX = "docs/fault-matrix.md";

interface Faults {
  /** The bounded selection (FAULTS=quick), or everything. */
  selection: "quick" | "full";
  /** Only files whose path contains each of these. */
  words?: readonly string[];
  /** Repeats the run's chances. */
  seed?: number;
}

interface FaultResults {
  seed: number;
  cases: TestCase[];
  rows: FaultRow[];
}

/**
 * Kills, pauses and unplugs things on purpose. One file at a time, each in a fresh process with
 * servers of its own.
 */
export async function runFaults(faults: Faults): Promise<FaultResults> {
  const {
    selection,
    words = [],
    seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
  } = faults;
  console.log(`FAULTS_SEED=${seed}`);
  const folder = mkdtempSync(join(tmpdir(), "leadline-faults-"));
  const rowsFile = join(folder, "rows.jsonl");
  const cases: TestCase[] = [];
  try {
    for (const file of testFiles("tests/faults/**/*.fault.ts", words)) {
      const run = {
        args: [file, `--timeout=${TEST_LIMIT_MS}`],
        label: file,
        silentMs: SILENT_MS,
        env: { FAULTS: selection, FAULTS_SEED: String(seed), FAULT_ROWS: rowsFile },
      };
      cases.push(...(await runBunTestPatiently(run)));
    }
    const rows = readRows(rowsFile);
    console.log(["", ...faultTable(rows)].join("\n"));
    return { seed, cases, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that ran twice, because its first run hung, has told twice: the last word counts. */
function readRows(file: string): FaultRow[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const rows = lines.map((line): FaultRow => JSON.parse(line));
  return [...new Map(rows.map((row) => [`${row.fault}/${row.step}`, row])).values()];
}

/** `bun run test:faults [--seed n] [--write file] [words]`; a run of everything writes docs/fault-matrix.md. */
async function main(): Promise<number> {
  const { values, positionals: words } = parseArgs({
    options: { seed: { type: "string" }, write: { type: "string" } },
    allowPositionals: true,
  });
  const asked = values.seed ?? process.env["FAULTS_SEED"];
  const startedAtMs = performance.now();
  const seed = asked === undefined ? {} : { seed: Number(asked) };
  const results = await runFaults({ selection: "full", words, ...seed });
  const { lines, exitCode } = summarize(results.cases);
  console.log(lines.join("\n"));
  const page = values.write ?? (words.length === 0 ? MATRIX : null);
  if (page !== null) {
    const kills = process.env["KILLS"] ? `KILLS=${process.env["KILLS"]} ` : "";
    const command = ["bun run test:faults", "--seed", results.seed, ...words].join(" ");
    const tookMs = performance.now() - startedAtMs;
    const date = new Date().toISOString().slice(0, 10);
    const outcome = lines.at(-1) ?? "";
    const run = { ...results, command: `${kills}${command}`, date, tookMs, outcome };
    writeFileSync(page, faultMatrix(run));
    console.log(`${page} is written.`);
  }
  return exitCode;
}

if (import.meta.main) process.exit(await main());
