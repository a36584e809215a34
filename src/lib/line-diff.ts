export interface DiffLine {
  op: "same" | "removed" | "added";
  text: string;
}

/** The shortest way from one text to the other, line by line. Time grows with the product of their lines. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const fresh = after.split("\n");
  const common = commonLines(old, fresh);
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < fresh.length) {
    const op = nextStep(old, fresh, common, row, column);
    lines.push({ op, text: (op === "added" ? fresh[column] : old[row]) ?? "" });
    if (op !== "added") row += 1;
    if (op !== "removed") column += 1;
  }
  return lines;
}

type Common = (row: number, column: number) => number;

/** How many lines both have in common, in order, from a row of one and a column of the other on. */
function commonLines(old: readonly string[], fresh: readonly string[]): Common {
  const width = fresh.length + 1;
  const counts = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number) => counts[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      counts[row * width + column] =
        old[row] === fresh[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return at;
}

function nextStep(
  old: readonly string[],
  fresh: readonly string[],
  common: Common,
  row: number,
  column: number,
): DiffLine["op"] {
  if (row === old.length) return "added";
  if (column === fresh.length) return "removed";
  if (old[row] === fresh[column]) return "same";
  return common(row + 1, column) >= common(row, column + 1) ? "removed" : "added";
}
