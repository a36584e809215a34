import { t } from "elysia";
import { AppError } from "../../lib/errors.ts";

/** Headers of an edit. Without it, whatever is there is changed. */
export const IfMatch = t.Object({
  "if-match": t.Optional(
    t.String({
      maxLength: 100,
      pattern: '^(\\*|(W/)?"[0-9]{1,15}")$',
      description:
        "The `ETag` of what was edited: somebody else's change in between fails with `precondition_failed`.",
      examples: ['"3"'],
    }),
  ),
});

/** Answers with the row's version as its `ETag`, and with the row. */
export function tagged<Row extends { version: number }>(
  set: { headers: Record<string, string | number> },
  row: Row,
): Row {
  set.headers["etag"] = `"${row.version}"`;
  return row;
}

/** Fails with `precondition_failed` unless the client edited this very version, or does not care. */
export function requireVersion(
  headers: { "if-match"?: string | undefined },
  row: { version: number },
): void {
  const asked = headers["if-match"];
  if (asked === undefined || asked === "*") return;
  if (asked.replace(/^W\//, "") === `"${row.version}"`) return;
  throw new AppError("precondition_failed", `The version is ${row.version} by now.`, {
    version: row.version,
  });
}
