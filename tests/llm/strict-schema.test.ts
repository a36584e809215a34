import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { BrainAnswer, MemoryAnswer, MouthAnswer } from "../../src/llm/answers.ts";
import { toStrictSchema } from "../../src/llm/strict-schema.ts";

/** What strict mode knows, in every corner of a schema. */
const ALLOWED = new Set([
  ...["type", "properties", "required", "additionalProperties", "items", "enum", "anyOf"],
  "description",
]);

function assertStrict(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) throw new Error("not a schema");
  const entries = new Map<string, unknown>(Object.entries(schema));
  for (const key of entries.keys()) expect(ALLOWED).toContain(key);
  expect(entries.has("type") || entries.has("anyOf")).toBe(true);
  const properties = entries.get("properties");
  if (properties !== undefined) {
    expect(entries.get("additionalProperties")).toBe(false);
    expect(entries.get("required")).toEqual(Object.keys(Object(properties)));
    for (const inner of Object.values(Object(properties))) assertStrict(inner);
  }
  if (entries.has("items")) assertStrict(entries.get("items"));
}

describe("toStrictSchema", () => {
  test("requires every property and allows no other", () => {
    const schema = Type.Object({ a: Type.String(), b: Type.Array(Type.Integer()) });
    expect(toStrictSchema(schema)).toEqual({
      type: "object",
      properties: { a: { type: "string" }, b: { type: "array", items: { type: "integer" } } },
      required: ["a", "b"],
      additionalProperties: false,
    });
  });

  test("writes literals as an enum and null as a second type", () => {
    const words = Type.Union([Type.Literal("x"), Type.Literal("y")]);
    expect(toStrictSchema(words)).toEqual({ type: "string", enum: ["x", "y"] });
    expect(toStrictSchema(Type.Union([words, Type.Null()]))).toEqual({
      type: ["string", "null"],
      enum: ["x", "y", null],
    });
    expect(toStrictSchema(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]))).toEqual({
      type: ["integer", "null"],
    });
  });

  test("keeps anyOf where alternatives have structure, and descriptions everywhere", () => {
    const either = Type.Union([Type.Object({ a: Type.Boolean() }), Type.Null()], {
      description: "d",
    });
    expect(toStrictSchema(either)).toEqual({
      description: "d",
      anyOf: [
        {
          type: "object",
          properties: { a: { type: "boolean" } },
          required: ["a"],
          additionalProperties: false,
        },
        { type: "null" },
      ],
    });
  });

  test("refuses what strict mode cannot say", () => {
    expect(() => toStrictSchema(Type.Object({ a: Type.Optional(Type.String()) }))).toThrow(
      "nullable",
    );
    expect(() => toStrictSchema(Type.Record(Type.String(), Type.String()))).toThrow("Record");
  });

  test("the three answers of the thinking layer stay inside the strict subset", () => {
    for (const answer of [BrainAnswer, MouthAnswer, MemoryAnswer]) {
      assertStrict(toStrictSchema(answer));
    }
  });
});
