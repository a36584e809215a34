import { describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { publicEndpoint } from "../../src/http/plugins/endpoint.ts";
import { openapi } from "../../src/http/plugins/openapi.ts";
import { securityHeaders } from "../../src/http/plugins/security-headers.ts";

const app = new Elysia()
  .use(securityHeaders({ https: false }))
  .use(openapi({ version: "1.2.3", description: "About.", tags: [] }))
  .get("/things", () => ({ id: "x" }), {
    ...publicEndpoint({
      guard: "none",
      tag: "Things",
      summary: "Read things",
      description: "All of them.",
      answer: [200, t.Object({ id: t.String() }, { title: "Thing" }), "The thing."],
      problems: ["not_found"],
    }),
  });
const ask = (path: string) => app.handle(new Request(`http://localhost${path}`));

interface Document {
  info: object;
  paths: Record<string, { get?: { responses?: object } }>;
  components: { schemas: object };
}

describe("the OpenAPI document", () => {
  test("lists the routes registered after it, and not the page's own", async () => {
    const document = (await (await ask("/swagger/json")).json()) as Document;
    expect(Object.keys(document.paths)).toEqual(["/things"]);
    expect(document.info).toMatchObject({ title: "Leadline API", version: "1.2.3" });
  });

  test("describes errors by the one problem schema", async () => {
    const document = (await (await ask("/swagger/json")).json()) as Document;
    expect(document.components.schemas).toHaveProperty("Problem.properties.userMessage");
    expect(document.paths["/things"]?.get?.responses).toMatchObject({
      404: {
        content: {
          "application/problem+json": {
            schema: { $ref: "#/components/schemas/Problem" },
            examples: { not_found: { $ref: "#/components/examples/not_found" } },
          },
        },
      },
    });
  });
});

describe("the Swagger page", () => {
  test("is ours: no inline script, nothing from elsewhere, a policy that enforces both", async () => {
    const response = await ask("/swagger");
    const html = await response.text();
    expect(response.headers.get("content-type")).toStartWith("text/html");
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self';");
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
  });

  test("finds every file it names", async () => {
    const html = await (await ask("/swagger")).text();
    const files = [...html.matchAll(/(?:src|href)="(\/swagger\/[^"]+)"/g)].map(([, path]) => path);
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const path of files) {
      const response = await ask(path ?? "");
      expect(response.status).toBe(200);
      expect((await response.text()).length).toBeGreaterThan(100);
    }
  });
});
