import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "../../lib/json.ts";
import { type Json, mapValues } from "./schema.ts";

const NAME = /^[A-Z][A-Za-z0-9]*$/;

export interface Components {
  schemas: Record<string, unknown>;
  /** A value of the document with every titled schema replaced by a reference to its component. */
  hoist(value: unknown): unknown;
}

/**
 * Collects the schemas that carry a title as components of that name. One title is one schema: two
 * different ones under one title are an error.
 */
export function collectComponents(): Components {
  const schemas: Record<string, unknown> = {};

  function schema(value: unknown): unknown {
    if (!isJsonObject(value)) return value;
    const { title, ...rest } = mapSchemas(value, schema);
    if (typeof title !== "string") return rest;
    if (!NAME.test(title))
      throw new Error(`The schema title "${title}" is no name for a component.`);
    if (title in schemas && !isDeepStrictEqual(schemas[title], rest)) {
      throw new Error(`Two different schemas have the title "${title}".`);
    }
    schemas[title] = rest;
    return { $ref: `#/components/schemas/${title}` };
  }

  function hoist(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(hoist);
    if (!isJsonObject(value)) return value;
    return mapValues(value, (inner, key) => {
      if (key === "example" || key === "examples") return inner;
      return key === "schema" ? schema(inner) : hoist(inner);
    });
  }

  return { schemas, hoist };
}

function mapSchemas(schema: Json, change: (value: unknown) => unknown): Json {
  return mapValues(schema, (inner, keyword) => {
    if (keyword === "properties" && isJsonObject(inner)) return mapValues(inner, change);
    if (["anyOf", "oneOf", "allOf"].includes(keyword) && Array.isArray(inner))
      return inner.map(change);
    return ["items", "additionalProperties", "not"].includes(keyword) ? change(inner) : inner;
  });
}
