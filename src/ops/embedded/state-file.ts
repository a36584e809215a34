import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { AppError } from "../../lib/errors.ts";

/** A small private JSON file (0600), written whole or not at all. Null when there is none. */
export function readStateFile<Schema extends TSchema>(
  path: string,
  schema: Schema,
): Static<Schema> | null {
  if (!existsSync(path)) return null;
  const value = parse(path);
  if (Value.Check(schema, value)) return value;
  throw new AppError(
    "invalid_config",
    `${path} is damaged. Restore it from a backup, or move the data folder away to start afresh.`,
  );
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

export function writeStateFile(path: string, value: object): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
