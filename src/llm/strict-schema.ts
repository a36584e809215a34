import { Kind, type TSchema } from "@sinclair/typebox";

/** A JSON Schema in the subset that OpenAI's strict `json_schema` format accepts. */
export type StrictSchema = Readonly<Record<string, unknown>>;

/**
 * Turns a TypeBox schema into OpenAI's strict subset: every property required, nothing additional,
 * literal unions as `enum`, "or null" as a type list. Ranges, lengths and patterns are left out
 * (not every server takes them); the TypeBox check of the answer still enforces them. Throws for a
 * schema that strict mode cannot express, so a bad contract fails when it is built.
 */
export function toStrictSchema(schema: TSchema): StrictSchema {
  return { ...convert(schema), ...describe(schema) };
}

function describe(schema: TSchema): StrictSchema {
  return schema.description === undefined ? {} : { description: schema.description };
}

function convert(schema: TSchema): StrictSchema {
  switch (schema[Kind]) {
    case "String":
    case "Number":
    case "Integer":
    case "Boolean":
    case "Null":
      return { type: schema["type"] };
    case "Literal":
      return { type: typeof schema["const"], enum: [schema["const"]] };
    case "Array":
      return { type: "array", items: toStrictSchema(schema["items"]) };
    case "Object":
      return convertObject(schema);
    case "Union":
      return mergeAlternatives(schema["anyOf"].map(toStrictSchema));
    default:
      throw new TypeError(`Strict mode has no place for a TypeBox ${schema[Kind]} schema.`);
  }
}

function convertObject(schema: TSchema): StrictSchema {
  const names = Object.keys(schema["properties"]);
  const optional = names.filter((name) => !(schema["required"] ?? []).includes(name));
  if (optional.length > 0) {
    throw new TypeError(`Strict mode needs every property: make ${optional} nullable instead.`);
  }
  return {
    type: "object",
    properties: Object.fromEntries(
      names.map((name) => [name, toStrictSchema(schema["properties"][name])]),
    ),
    required: names,
    additionalProperties: false,
  };
}

/** `string | null` becomes one schema with two types; what cannot be merged becomes `anyOf`. */
function mergeAlternatives(alternatives: readonly StrictSchema[]): StrictSchema {
  const mergeable = alternatives.every(
    ({ type }) =>
      type === "string" ||
      type === "number" ||
      type === "integer" ||
      type === "null" ||
      Array.isArray(type),
  );
  if (!mergeable) return { anyOf: alternatives };
  const types = [...new Set(alternatives.flatMap(({ type }) => type))];
  const values = alternatives.flatMap(
    (one) => one["enum"] ?? (one["type"] === "null" ? [null] : []),
  );
  const type = types.length === 1 ? types[0] : types;
  const enumerated = alternatives.some((one) => one["enum"] !== undefined);
  return enumerated ? { type, enum: values } : { type };
}
