import type { TSchema } from "@sinclair/typebox";
import { ValueErrorType } from "@sinclair/typebox/errors";
import { Value } from "@sinclair/typebox/value";
import { AppError } from "../../lib/errors.ts";

function refuseUnknown(schema: TSchema | undefined, value: unknown): void {
  if (!schema || typeof value !== "object") return;
  for (const { type, path } of Value.Errors(schema, value)) {
    if (type !== ValueErrorType.ObjectAdditionalProperties) continue;
    throw new AppError("invalid_input", `${path.slice(1).replaceAll("/", ".")}: no such field.`);
  }
}

/**
 * A route's `transform` hook that refuses fields its schemas do not know. Elysia would strip them,
 * unless the outermost app says otherwise; a mistyped `kind` must not delete every fault.
 */
export function strictly(schemas: { body?: TSchema; query?: TSchema }) {
  return ({ body, query }: { body: unknown; query: unknown }): void => {
    refuseUnknown(schemas.body, body);
    refuseUnknown(schemas.query, query);
  };
}
