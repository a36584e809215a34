import { expect, test } from "bun:test";
import { lineDiff } from "../../src/lib/line-diff.ts";

const side = (lines: ReturnType<typeof lineDiff>, other: "removed" | "added") =>
  lines
    .filter(({ op }) => op !== other)
    .map(({ text }) => text)
    .join("\n");

test("keeps what both have, and says the removed before the added", () => {
  expect(lineDiff("a\nb\nc", "a\nx\nc")).toEqual([
    { op: "same", text: "a" },
    { op: "removed", text: "b" },
    { op: "added", text: "x" },
    { op: "same", text: "c" },
  ]);
});

test("holds both texts whole, whatever they are", () => {
  const texts = ["", "a", "a\nb", "b\na", "a\na\nb\n", "x\ny\nz", "a\nb\nc\nd\ne", "e\nd\nc\nb\na"];
  for (const before of texts) {
    for (const after of texts) {
      const lines = lineDiff(before, after);
      expect([side(lines, "added"), side(lines, "removed")]).toEqual([before, after]);
      expect(lines.some(({ op }) => op !== "same")).toBe(before !== after);
    }
  }
});

test("says no more than it must: one moved line is one removed and one added", () => {
  const lines = lineDiff("a\nb\nc\nd", "b\nc\nd\na");
  expect(lines.filter(({ op }) => op !== "same")).toHaveLength(2);
});
