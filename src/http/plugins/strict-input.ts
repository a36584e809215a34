import { Kind } from "@sinclair/typebox";
import type { AnyElysia } from "elysia";

/**
 * Makes every body, query and header schema of the app's routes mean what it says, in place; call it
 * once all routes are there. Elysia refuses unknown fields only at the root, and fills an absent
 * `UnionEnum` with its first value: an edit without a stage would set the first stage.
 */
export function strictInput<App extends AnyElysia>(app: App): App {
  for (const { hooks } of app.routes) {
    const { body, query, headers }: Record<string, unknown> = hooks;
    for (const schema of [body, query, headers]) tighten(schema, schema !== headers);
  }
  return app;
}

function tighten(schema: unknown, close: boolean): void {
  if (!isSchema(schema)) return;
  if (schema[Kind] === "UnionEnum") dropImpliedDefault(schema);
  if (close && schema["properties"] !== undefined) schema["additionalProperties"] ??= false;
  // Members of an intersection do not know each other's fields.
  for (const [inner, closed] of membersOf(schema)) tighten(inner, close && closed);
}

function membersOf({
  properties,
  items,
  anyOf,
  allOf,
}: Schema): [schema: unknown, close: boolean][] {
  return [
    ...Object.values(properties ?? {}).map((inner): [unknown, boolean] => [inner, true]),
    ...[items, anyOf].flat().map((inner): [unknown, boolean] => [inner, true]),
    ...[allOf].flat().map((inner): [unknown, boolean] => [inner, false]),
  ];
}

function dropImpliedDefault(schema: Schema): void {
  if ([schema["enum"]].flat()[0] === schema["default"]) delete schema["default"];
}

interface Schema extends Record<PropertyKey, unknown> {
  properties?: object;
  items?: unknown;
  anyOf?: unknown;
  allOf?: unknown;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null;
}
