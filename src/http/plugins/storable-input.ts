import { Elysia } from "elysia";
import { AppError } from "../../lib/errors.ts";
import { isJsonObject } from "../../lib/json.ts";

/** JSON of our models is a few levels deep; deeper is an attack on whatever walks through it. */
const MAX_DEPTH = 32;

/**
 * Refuses with `invalid_input` what Postgres cannot store: U+0000 and lone surrogates, in any text of
 * a body or query. Nobody means them, and to drop them silently would change what was said.
 */
export function storableInput() {
  return new Elysia({ name: "storable-input" }).onTransform(
    { as: "global" },
    ({ body, query }: { body: unknown; query: unknown }) => {
      check(body, "body", 0);
      check(query, "query", 0);
    },
  );
}

function check(value: unknown, path: string, depth: number): void {
  if (typeof value === "string") checkText(value, path);
  if (depth > MAX_DEPTH) throw new AppError("invalid_input", `${path} is nested too deep.`);
  if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) check(inner, `${path}.${at}`, depth + 1);
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      checkText(key, path);
      check(inner, `${path}.${key}`, depth + 1);
    }
  }
}

function checkText(text: string, path: string): void {
  if (text.isWellFormed() && !text.includes("\u0000")) return;
  throw new AppError("invalid_input", `${path} contains U+0000 or half a character.`);
}
