import { join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "..", "..");

/** Test files by pattern, as paths that `bun test` takes literally; only those that contain a word given. */
export function testFiles(pattern: string, words: readonly string[] = []): string[] {
  const found = [...new Glob(pattern).scanSync({ cwd: root })].sort();
  const wanted = found.filter((path) => words.every((word) => path.includes(word)));
  return wanted.map((path) => `./${path}`);
}
