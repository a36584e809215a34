import { isJsonObject } from "../../lib/json.ts";

type Schema = Record<string, unknown>;

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function variants(schema: Schema): Schema[] {
  return [...list(schema["anyOf"]), ...list(schema["oneOf"])].filter(isJsonObject);
}

/** The allowed values, if the schema lists them. */
export function choices(schema: Schema): readonly unknown[] | undefined {
  if ("const" in schema) return [schema["const"]];
  if (Array.isArray(schema["enum"])) return schema["enum"];
  const options = variants(schema).map(choices);
  return options.length > 0 && options.every((option) => option !== undefined)
    ? options.flat()
    : undefined;
}

function types(schema: Schema): readonly unknown[] {
  const { type } = schema;
  return Array.isArray(type) ? type : type === undefined ? [] : [type];
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function typeFits(schema: Schema, value: unknown): boolean {
  const allowed = types(schema);
  const actual = jsonType(value);
  if (allowed.length === 0 || allowed.includes(actual)) return true;
  return actual === "number" && Number.isInteger(value) && allowed.includes("integer");
}

function fits(schema: Schema, value: unknown): boolean {
  const allowed = choices(schema);
  if (allowed) return allowed.includes(value);
  const options = variants(schema);
  if (options.length > 0) return options.some((option) => fits(option, value));
  return typeFits(schema, value);
}

/** A harmless value of the schema: null where allowed, else the first choice, else the smallest. */
function plainValue(schema: Schema): unknown {
  if (fits(schema, null)) return null;
  const allowed = choices(schema);
  if (allowed) return allowed[0];
  const option = variants(schema)[0];
  if (option) return plainValue(option);
  const type = types(schema)[0];
  if (type === "object") return fitObject(schema, {});
  if (type === "array") return [];
  if (type === "boolean") return false;
  if (type === "number" || type === "integer") return Number(schema["minimum"] ?? 0);
  return "-";
}

function fitObject(schema: Schema, draft: Schema): Schema {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      fitToSchema(isJsonObject(property) ? property : {}, draft[name]),
    ]),
  );
}

/**
 * The draft in the form a JSON schema asks for: only its properties, and something sensible for what
 * the draft lacks or has in a wrong form. Without properties in the schema the draft stays as it is.
 */
export function fitToSchema(schema: Schema, draft: unknown): unknown {
  if (isJsonObject(schema["properties"]))
    return fitObject(schema, isJsonObject(draft) ? draft : {});
  return draft !== undefined && fits(schema, draft) ? draft : plainValue(schema);
}
