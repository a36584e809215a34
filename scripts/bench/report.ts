import { digits, type Figure, type Outcome, ratioOf } from "./measure.ts";
import type { Surroundings } from "./surroundings.ts";

/** One object per line, for programs. */
export function jsonLines({ figures }: Outcome): string {
  return figures
    .map((figure) => {
      const { name, value, unit, baseline } = figure;
      return JSON.stringify({
        name,
        value: digits(value),
        unit,
        baseline: baseline === null ? null : digits(baseline),
        ratio: ratioOf(figure),
      });
    })
    .join("\n");
}

const COLUMNS = ["", "value", "unit", "baseline", "ratio", "aim"];

/** For people: figures, then how each was measured and what the delivery check counted. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ figures }) => figures.map(cells));
  const widths = COLUMNS.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lines = [COLUMNS, ...rows].map((row) =>
    row
      .map((cell, at) =>
        isNumeric(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const notes = outcomes.map(({ figures: [first], how, delivery }) =>
    [`${first?.name}`, `  how       ${how}`, `  delivery  ${delivery}`].join("\n"),
  );
  return [...lines, "", ...notes].join("\n");
}

export function facts(surroundings: Surroundings): string {
  return Object.entries(surroundings)
    .map(([name, text]) => `${name.padEnd(10)}  ${text}`)
    .join("\n");
}

function isNumeric(column: number): boolean {
  return column === 1 || column === 3 || column === 4;
}

function cells(figure: Figure): string[] {
  const { name, value, unit, baseline, aim } = figure;
  const ratio = ratioOf(figure);
  return [
    name,
    short(value),
    unit,
    short(baseline),
    ratio === null ? "" : String(ratio),
    aim ?? "",
  ];
}

function short(value: number | null): string {
  if (value === null) return "";
  const decimals = Math.abs(value) >= 100 ? 0 : 1;
  return value.toLocaleString("en", {
    maximumFractionDigits: decimals,
    minimumFractionDigits: decimals,
  });
}
