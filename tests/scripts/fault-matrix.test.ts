import { expect, test } from "bun:test";
import { faultMatrix, faultTable } from "../../scripts/tests/fault-matrix.ts";
import type { FaultRow } from "../../tests/faults/support/rows.ts";

const row: FaultRow = {
  fault: "worker killed",
  step: "turn:thought",
  lost: 0,
  doubled: 1,
  untold: 2,
  doubted: 3,
  excused: 4,
  recoveryMs: 8_012,
  note: "seen twice",
};

test("the table aligns its columns and shows a time that nobody took as nothing", () => {
  const [head = "", first = "", second = ""] = faultTable([row, { ...row, recoveryMs: null }]);
  expect(first).toMatch(/^worker killed {2}turn:thought +0 +1 +2 +3 +4 +8012$/);
  expect(first).toHaveLength(head.length);
  expect(second.trimEnd()).toEndWith(" 4");
});

test("the page names the command, the seed, the outcome, every row and its note", () => {
  const page = faultMatrix({
    command: "bun run test:faults --seed 7",
    seed: 7,
    date: "2026-01-02",
    tookMs: 61_000,
    rows: [row],
    outcome: "5 passed, 0 failed",
  });
  expect(page).toContain("bun run test:faults --seed 7\n");
  expect(page).toContain("2026-01-02, seed 7, 61 s, 5 passed, 0 failed. ");
  expect(page).toContain("| worker killed | turn:thought | 0 | 1 | 2 | 3 | 4 | 8012 |");
  expect(page).toContain("- worker killed, turn:thought: seen twice.");
});
