import { isJsonObject } from "../../lib/json.ts";
import type { Json } from "./schema.ts";

const EXAMPLE_ID = "019aabcd-1234-7000-8000-000000000000";
const EXAMPLE_INSTANT = "2026-11-22T22:15:00.000Z";

const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: EXAMPLE_ID,
  "date-time": EXAMPLE_INSTANT,
  date: "2026-11-22",
  email: "ann@example.com",
  uri: "https://example.com/",
  time: "09:00:00",
};

/**
 * A value that fits the schema: its own example or default, else the plainest one. `schemas` are the
 * components it may refer to. A pattern without an example gets text that may not fit it.
 */
export function exampleOf(schema: unknown, schemas: Json): unknown {
  if (!isJsonObject(schema)) return {};
  const given = givenExample(schema);
  if (given !== undefined) return given;
  if (typeof schema["$ref"] === "string") {
    return exampleOf(schemas[schema["$ref"].replace("#/components/schemas/", "")], schemas);
  }
  const [choice] = [schema["anyOf"] ?? schema["oneOf"] ?? []].flat();
  if (choice !== undefined) return exampleOf(choice, schemas);
  if (Array.isArray(schema["allOf"])) {
    return Object.assign({}, ...schema["allOf"].map((part) => exampleOf(part, schemas)));
  }
  return byType(schema, schemas);
}

function givenExample(schema: Json): unknown {
  const [example] = [schema["examples"] ?? []].flat();
  const [choice] = [schema["enum"] ?? []].flat();
  return schema["example"] ?? example ?? schema["const"] ?? schema["default"] ?? choice;
}

function byType(schema: Json, schemas: Json): unknown {
  const [type] = [schema["type"]].flat();
  if (type === "object") return objectOf(schema, schemas);
  if (type === "array") {
    const count = Number(schema["minItems"] ?? 1);
    return Array.from({ length: count }, () => exampleOf(schema["items"], schemas));
  }
  if (type === "string") return textOf(schema);
  if (type === "integer" || type === "number") {
    return Number(schema["minimum"] ?? Math.min(1, Number(schema["maximum"] ?? 1)));
  }
  return type === "boolean" ? true : null;
}

function objectOf({ properties, additionalProperties }: Json, schemas: Json): Json {
  const fields = isJsonObject(properties) ? Object.entries(properties) : [];
  if (fields.length === 0 && isJsonObject(additionalProperties)) {
    return { key: exampleOf(additionalProperties, schemas) };
  }
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, schemas)]));
}

function textOf({ format, minLength, maxLength }: Json): string {
  const known = BY_FORMAT[String(format)];
  if (known !== undefined) return known;
  const shortest = Number(minLength ?? 0);
  return "text".padEnd(shortest, "x").slice(0, Math.max(shortest, Number(maxLength ?? 4)));
}
