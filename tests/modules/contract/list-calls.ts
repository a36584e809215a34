import { exampleOf } from "../../../src/http/openapi/example.ts";
import type { Json } from "../rest-world.ts";
import { cursorName, type Operation, resolved } from "./operations.ts";

/** By parameter: values that say more than the document's example, each under what it stands for. */
export type Words = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ListCall {
  /** `first page`, `queue=unread`, `search=a rare name`. */
  name: string;
  query: Record<string, string>;
}

/** A first page without filters, then one for each value of each filter and order. */
export function listCalls(document: Json, operation: Operation, words: Words): ListCall[] {
  const asked = operation.parameters.filter((parameter) => parameter.in === "query");
  const always = Object.fromEntries(
    asked
      .filter(({ required }) => required)
      .map(({ name, schema, example }) => [name, valuesOf(document, schema, example)[0] ?? ""]),
  );
  const choices = asked
    .filter(({ name }) => name !== "limit" && name !== cursorName(operation))
    .flatMap(({ name, schema, example }) => {
      const named = Object.entries(words[name] ?? {});
      const values = named.length > 0 ? named : pairs(valuesOf(document, schema, example));
      return values.map(([what, value]) => ({
        name: `${name}=${what}`,
        query: { ...always, [name]: value },
      }));
    });
  return [{ name: "first page", query: always }, ...choices];
}

const pairs = (values: readonly string[]) => values.map((value) => [value, value] as const);

/** Every value of an enum, both of a boolean, else one that fits. */
function valuesOf(document: Json, given: Json, example: Json): string[] {
  const schema = resolved(document, given);
  const choices = [schema, schema.items, ...(schema.anyOf ?? [])].flatMap(
    (one) => resolved(document, one)?.enum ?? [],
  );
  if (choices.length > 0) return choices.filter((one) => one !== null).map(String);
  if (schema.type === "boolean") return ["true", "false"];
  return [String(example ?? exampleOf(schema, document.components.schemas))];
}
