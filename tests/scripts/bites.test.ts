import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { broken } from "../../scripts/bites/bite.ts";
import { flowBites } from "../../scripts/bites/flows.ts";
import { streamBites } from "../../scripts/bites/streams.ts";

const root = join(import.meta.dir, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const bites = [...streamBites, ...flowBites];

/** 14: no class of message is sent at least once yet. */
const unclaimed = [14];

describe("the guards that check:bites breaks", () => {
  test.each(bites.map((bite) => [bite.invariant, bite.breaks, bite] as const))(
    "%d: %s: stands once in its file, and its test file is there",
    (_invariant, _breaks, bite) => {
      expect(broken(read(bite.file), bite)).not.toBe(read(bite.file));
      expect(read(bite.test)).toContain("expect(");
    },
  );

  test("every invariant has one, and is named by a test", async () => {
    const texts = await Array.fromAsync(
      new Glob("tests/**/*.{test,fault}.ts").scan({ cwd: root }),
      (path) => read(path),
    );
    const claimed = Array.from({ length: 32 }, (_, index) => index + 1).filter(
      (invariant) => !unclaimed.includes(invariant),
    );
    const bitten = new Set(bites.map(({ invariant }) => invariant));
    expect(claimed.filter((invariant) => !bitten.has(invariant))).toEqual([]);
    const named = claimed.filter((invariant) =>
      texts.some((text) => text.includes(`invariant ${invariant}: `) || isInRange(text, invariant)),
    );
    expect(named).toEqual(claimed);
  });
});

/** The simulation names its invariants together. */
function isInRange(text: string, invariant: number): boolean {
  return invariant === 13 && text.includes("invariants 8–13");
}
