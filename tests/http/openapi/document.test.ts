import { describe, expect, test } from "bun:test";
import { swagger } from "@elysiajs/swagger";
import { Elysia, t } from "elysia";
import { toDocument } from "../../../src/http/openapi/document.ts";
import { endpoint } from "../../../src/http/plugins/endpoint.ts";
import { IdempotencyRequired } from "../../../src/http/plugins/fields.ts";
import { IfMatch } from "../../../src/http/plugins/versions.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely.
type Json = any;

const Lead = t.Object(
  {
    id: t.String({ format: "uuid" }),
    version: t.Integer(),
    name: t.Nullable(t.String()),
    stage: t.UnionEnum(["new", "won"]),
    mood: t.Nullable(t.UnionEnum(["good", "bad"])),
    seenAt: t.Date(),
    score: t.Numeric({ minimum: 1 }),
    isVip: t.BooleanString(),
    kind: t.Union([t.Literal("a"), t.Literal("b")]),
    fields: t.Record(t.String(), t.Number()),
    friend: t.Nullable(t.Object({ title: t.String() }, { title: "Friend" })),
  },
  { title: "Lead", $id: "stray" },
);

const docs = { access: "messages:read", tag: "Leads", summary: "S", description: "D" } as const;

async function documentOf(app: { handle(request: Request): Promise<Response> }): Promise<Json> {
  const answer = await app.handle(new Request("http://localhost/swagger/json"));
  return toDocument(await answer.json());
}

const plugin = () => swagger({ path: "/swagger", exclude: [/^\/swagger/] });
const document = await documentOf(
  new Elysia({ normalize: false })
    .use(plugin())
    .get("/api/v1/leads", () => "", {
      ...endpoint({ ...docs, answer: [200, t.Object({ data: t.Array(Lead) }), "Leads."] }),
      query: t.Object({ limit: t.Optional(t.Integer({ minimum: 1, examples: [5] })) }),
    })
    .patch("/api/v1/leads/:id", () => "", {
      ...endpoint({ ...docs, answer: [200, Lead, "The lead."] }),
      params: t.Object({ id: t.String({ format: "uuid" }) }),
      headers: IfMatch,
      body: t.Object({ name: t.Optional(t.String()) }),
    })
    .post("/api/v1/leads/:id/merge", () => "", {
      ...endpoint({ ...docs, answer: [204, t.Void(), "Merged."], problems: ["conflict"] }),
      headers: IdempotencyRequired,
    })
    .get("/text", () => "", { response: t.String() }),
);
const lead = document.components.schemas.Lead.properties;
const edit = document.paths["/api/v1/leads/{id}"].patch;
const merge = document.paths["/api/v1/leads/{id}/merge"].post;

describe("a schema", () => {
  test("loses what is TypeBox's or Elysia's own", () => {
    expect(JSON.stringify(document)).not.toMatch(/"\$id"|"nullable"|patternProperties|"Date"/);
    expect(lead.score).toEqual({ minimum: 1, type: "number" });
    expect(lead.isVip).toEqual({ type: "boolean" });
    expect(lead.version).toEqual({ type: "integer" });
    expect(lead.seenAt).toEqual({ type: "string", format: "date-time" });
    expect(lead.fields).toEqual({ type: "object", additionalProperties: { type: "number" } });
  });

  test("says null and choices as OpenAPI 3.1 does", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(lead.name).toEqual({ type: ["string", "null"] });
    expect(lead.stage).toEqual({ type: "string", enum: ["new", "won"] });
    expect(lead.mood).toEqual({ type: ["string", "null"], enum: ["good", "bad", null] });
    expect(lead.kind).toEqual({ type: "string", enum: ["a", "b"] });
  });

  test("with a title is a component, wherever it stands; a field named title is none", () => {
    expect(lead.friend).toEqual({
      anyOf: [{ $ref: "#/components/schemas/Friend" }, { type: "null" }],
    });
    expect(document.components.schemas.Friend.properties.title).toEqual({ type: "string" });
    expect(edit.responses[200].content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/Lead",
    });
  });

  test("has an example", () => {
    expect(edit.responses[200].content["application/json"].example).toMatchObject({
      version: 1,
      name: "text",
      stage: "new",
      friend: { title: "text" },
    });
  });
});

describe("an operation", () => {
  test("has a name of its own", () => {
    expect(document.paths["/api/v1/leads"].get.operationId).toBe("listLeads");
    expect(edit.operationId).toBe("updateLead");
    expect(merge.operationId).toBe("mergeLead");
  });

  test("answers JSON only, or text where it is text, and nothing with 204", () => {
    expect(Object.keys(edit.requestBody.content)).toEqual(["application/json"]);
    expect(Object.keys(document.paths["/text"].get.responses[200].content)).toEqual(["text/plain"]);
    expect(merge.responses[204].content).toBeUndefined();
  });

  test("has the errors that follow from its body and headers beside its own", () => {
    expect(edit["x-problems"]).toEqual([
      "database_unavailable",
      "forbidden",
      "internal",
      "invalid_input",
      "malformed_request",
      "payload_too_large",
      "precondition_failed",
      "too_many_requests",
      "unauthenticated",
    ]);
    expect(Object.keys(merge.responses)).toEqual([
      "204",
      "401",
      "403",
      "409",
      "422",
      "429",
      "500",
      "503",
    ]);
    const { examples } = merge.responses[422].content["application/problem+json"];
    expect(Object.keys(examples)).toEqual(["invalid_input", "idempotency_key_reused"]);
  });

  test("documents its headers both ways", () => {
    expect(edit.parameters.map(({ name }: Json) => name)).toEqual(["If-Match", "id"]);
    expect(Object.keys(edit.responses[200].headers)).toContain("ETag");
    expect(Object.keys(edit.responses[429].headers)).toContain("Retry-After");
    expect(document.paths["/api/v1/leads"].get.parameters).toEqual([
      {
        in: "query",
        name: "limit",
        required: false,
        example: 5,
        schema: { minimum: 1, type: "integer" },
      },
    ]);
  });

  test("refers to nothing that is not there", () => {
    const refs = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    const found = [...refs].map(([, path = ""]) =>
      path.split("/").reduce<Json>((value, key) => value?.[key], document),
    );
    expect(found.length).toBeGreaterThan(20);
    expect(found).not.toContain(undefined);
  });
});

describe("a document is refused", () => {
  const two = (one: Json, other: Json) =>
    documentOf(
      new Elysia()
        .use(plugin())
        .get("/one", () => "", { response: one })
        .post("/other", () => "", { body: t.Object({ one, other }) }),
    );

  test("when two different schemas have one title", async () => {
    const titled = (description: string) => t.Object({}, { title: "Same", description });
    await expect(two(titled("a"), titled("b"))).rejects.toThrow('title "Same"');
    await expect(two(titled("a"), titled("a"))).resolves.toHaveProperty("components.schemas.Same");
  });

  test("when two operations would have one name", async () => {
    const app = new Elysia()
      .use(plugin())
      .get("/a-b", () => "")
      .get("/a/b", () => "");
    await expect(documentOf(app)).rejects.toThrow("getAB");
  });
});
