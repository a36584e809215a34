import { basename, join } from "node:path";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Glob } from "bun";
import { AppError } from "../../src/lib/errors.ts";
import { type Business, BusinessFile, northwind, withIds } from "./business.ts";
import { CaseFile, type EvalCase } from "./case.ts";

/** The golden set: cases with what they stand on. */
export interface GoldenSet {
  cases: readonly EvalCase[];
  businesses: ReadonlyMap<string, Business>;
  /** Title and purpose of each group, by file name. */
  groups: ReadonlyMap<string, { title: string; about: string }>;
  /** First 16 hex digits of SHA-256 over cases and businesses: which set a run has passed. */
  hash: string;
}

/** Where the golden set lies. */
export const GOLDEN_SET = join(import.meta.dir, "..", "..", "tests", "evals");

/** Reads `cases/*.json` and `businesses/*.json` of a folder. Throws with every problem it finds. */
export async function loadGoldenSet(folder = GOLDEN_SET): Promise<GoldenSet> {
  const problems: string[] = [];
  const businesses = new Map<string, Business>([["solar", northwind]]);
  for (const [name, file] of await readFolder(join(folder, "businesses"), BusinessFile, problems)) {
    businesses.set(name, withIds(file));
  }
  const groups = new Map<string, { title: string; about: string }>();
  const cases: EvalCase[] = [];
  for (const [group, { title, about, cases: some }] of await readFolder(
    join(folder, "cases"),
    CaseFile,
    problems,
  )) {
    groups.set(group, { title, about });
    cases.push(...some.map((one) => ({ ...one, group })));
  }
  problems.push(...problemsOf(cases, businesses));
  if (problems.length > 0) {
    throw new AppError("invalid_config", `The golden set is wrong:\n  ${problems.join("\n  ")}`);
  }
  return { cases, businesses, groups, hash: hashOf({ cases, businesses: [...businesses] }) };
}

async function readFolder<Schema extends TSchema>(
  folder: string,
  schema: Schema,
  problems: string[],
) {
  const files = [...new Glob("*.json").scanSync({ cwd: folder })].sort();
  const read: [string, import("@sinclair/typebox").Static<Schema>][] = [];
  for (const file of files) {
    const value: unknown = await Bun.file(join(folder, file)).json();
    if (Value.Check(schema, value)) read.push([basename(file, ".json"), value]);
    else {
      for (const { path, message } of [...Value.Errors(schema, value)].slice(0, 5)) {
        problems.push(`${file}${path}: ${message}`);
      }
    }
  }
  return read;
}

function problemsOf(cases: readonly EvalCase[], businesses: ReadonlyMap<string, Business>) {
  const seen = new Set<string>();
  return cases.flatMap(({ id, group, given }) => {
    const problems = [
      ...(seen.has(id) ? [`${group}: the id ${id} stands twice.`] : []),
      ...(businesses.has(given.business) ? [] : [`${id}: no business ${given.business}.`]),
    ];
    seen.add(id);
    return problems;
  });
}

function hashOf(value: unknown): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
