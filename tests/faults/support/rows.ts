import { appendFileSync } from "node:fs";

/** One line of the fault matrix. */
export interface FaultRow {
  /** What was broken. */
  fault: string;
  /** What was going on when it broke. */
  step: string;
  lost: number;
  doubled: number;
  /** Rows that a dashboard did not show as Postgres has them, and events it passed over. */
  untold: number;
  /** Sends nobody knows about, each of them shown to a person. */
  doubted: number;
  /** Acknowledged, not ingested yet, and taken by a Redis that lost its data. */
  excused: number;
  /** From the moment it was broken, or repaired, until all work was done. */
  recoveryMs: number | null;
  note?: string;
}

/** Prints the row, and leaves it for the driver in the file that FAULT_ROWS names. */
export function reportRow(row: FaultRow): void {
  const { fault, step, lost, doubled, untold, doubted, excused, recoveryMs, note } = row;
  const counts = Object.entries({ lost, doubled, untold, doubted, excused });
  const shown = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  const took = recoveryMs === null ? [] : [`${recoveryMs} ms`];
  const facts = [...took, ...(note === undefined ? [] : [note]), ...shown];
  process.stdout.write(`  ${fault}, ${step}: ${facts.join(", ")}\n`);
  const file = process.env["FAULT_ROWS"];
  if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
