import { isJsonObject } from "../../lib/json.ts";

export type Json = Record<string, unknown>;

/** String formats by which Elysia lets numbers, booleans and JSON be written as text in an address. */
const COERCED_FORMATS = ["numeric", "integer", "boolean", "ObjectString", "ArrayString"];

/** One schema, with all within it, as plain JSON Schema (OpenAPI 3.1): what a client should send or gets. */
export function plainSchema(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const { $id: _id, nullable: _nullable, patternProperties, ...schema } = value;
  const inner: Json = { ...schema };
  if (isJsonObject(patternProperties)) inner["additionalProperties"] = theOnly(patternProperties);
  for (const keyword of ["items", "additionalProperties", "not"]) {
    if (keyword in inner) inner[keyword] = plainSchema(inner[keyword]);
  }
  for (const keyword of ["anyOf", "oneOf", "allOf"]) {
    const members = inner[keyword];
    if (Array.isArray(members)) inner[keyword] = members.map(plainSchema);
  }
  if (isJsonObject(inner["properties"])) {
    inner["properties"] = mapValues(inner["properties"], plainSchema);
  }
  return plainUnion(withoutImpliedDefault(inner));
}

export function mapValues(record: Json, change: (value: unknown, key: string) => unknown): Json {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}

/** `t.Record`: one pattern that fits every key. */
function theOnly(patterns: Json): unknown {
  const [schema, ...others] = Object.values(patterns);
  if (others.length > 0)
    throw new Error("patternProperties with several patterns have no plain form.");
  return schema;
}

/** Elysia's `UnionEnum` names its first value as default although nobody chose it. */
function withoutImpliedDefault(schema: Json): Json {
  const { default: assumed, ...rest } = schema;
  return Array.isArray(schema["enum"]) && schema["enum"][0] === assumed ? rest : schema;
}

function plainUnion(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const members: Json[] = anyOf.filter(isJsonObject);
  if (members.some(({ type }) => type === "Date")) {
    return { ...rest, type: "string", format: "date-time" };
  }
  const wanted = members.filter(({ format }) => !COERCED_FORMATS.includes(String(format)));
  const choices = oneEnum(wanted);
  const [first, second] = choices;
  if (first !== undefined && second === undefined) return { ...first, ...rest };
  return { ...rest, ...(nullableType(choices) ?? { anyOf: choices }) };
}

/** Literals of one type become one `enum`; everything else stays beside it. */
function oneEnum(members: readonly Json[]): Json[] {
  const literals = members.filter(
    (member) => "const" in member && Object.keys(member).length === 2,
  );
  const [first] = literals;
  if (first === undefined || literals.some(({ type }) => type !== first["type"]))
    return [...members];
  const values = { type: first["type"], enum: literals.map((literal) => literal["const"]) };
  return [values, ...members.filter((member) => !literals.includes(member))];
}

/** "A thing or null" in the short form, unless the thing has a name of its own to refer to. */
function nullableType(members: readonly Json[]): Json | undefined {
  const [thing, none, ...others] = members;
  if (thing === undefined || none?.["type"] !== "null" || others.length > 0) return undefined;
  if (typeof thing["type"] !== "string" || "title" in thing) return undefined;
  const values = thing["enum"];
  return {
    ...thing,
    type: [thing["type"], "null"],
    ...(Array.isArray(values) && { enum: [...values, null] }),
  };
}
