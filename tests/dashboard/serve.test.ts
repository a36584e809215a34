import { describe, expect, test } from "bun:test";
import { dashboard } from "../../src/dashboard/serve.ts";

const app = dashboard();
const get = (path: string) => app.handle(new Request(`http://localhost${path}`));

describe("the dashboard is served", () => {
  test("at each of its addresses, so that a reload stays where one was", async () => {
    for (const path of ["/", "/queue", "/conversations/0190-some-id"]) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("text/html");
    }
  });

  test("with a policy that allows its own files only, and nothing inline", async () => {
    const response = await get("/");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const html = await response.text();
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/u);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/u);
  });

  test("with hashed files that may be kept for ever, in production's build of React", async () => {
    const html = await (await get("/")).text();
    const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/gu)].map(
      (match) => match[1] ?? "",
    );
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      expect(path).toMatch(/-[a-z0-9]{8}\.(?:js|css|svg)$/u);
      const response = await get(path);
      expect(response.headers.get("cache-control")).toContain("immutable");
      if (path.endsWith(".js")) expect(await response.text()).not.toContain("react.development");
    }
  });

  test("and no server code reaches the browser", async () => {
    const html = await (await get("/")).text();
    const script = /src="(\/assets\/[^"]+\.js)"/u.exec(html)?.[1] ?? "";
    const code = await (await get(script)).text();
    expect(code.length).toBeGreaterThan(100_000);
    const servers = ["typebox", "drizzle", "ioredis", "elysia"];
    expect(servers.filter((word) => code.toLowerCase().includes(word))).toEqual([]);
  });
});
