import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { Elysia } from "elysia";
import { phonePage } from "../../src/simulator/phone/serve.ts";

const app = new Elysia().use(phonePage());
const get = (path: string) => app.handle(new Request(`http://localhost${path}`));

/** The page's own files, as the browser would ask for them. */
function assetsOf(html: string): readonly string[] {
  return [...html.matchAll(/(?:src|href)="(\/simulator\/assets\/[^"]+)"/gu)].map(
    (match) => match[1] ?? "",
  );
}

describe("the phone page is served", () => {
  const startedIn = process.cwd();
  beforeAll(() => process.chdir(tmpdir()));
  afterAll(() => process.chdir(startedIn));

  test("from any working directory, with a policy that forbids all but its own files", async () => {
    const response = await get("/simulator");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
  });

  test("without inline script or style", async () => {
    const html = await (await get("/simulator")).text();
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/u);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/u);
  });

  test("with script, style and icon under hashed names that may be kept for ever", async () => {
    const assets = assetsOf(await (await get("/simulator")).text());
    const types = await Promise.all(
      assets.map(async (path) => {
        const response = await get(path);
        expect(response.status).toBe(200);
        expect(response.headers.get("cache-control")).toContain("immutable");
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
        return response.headers.get("content-type")?.split(";")[0];
      }),
    );
    expect(types.toSorted()).toEqual(["image/svg+xml", "text/css", "text/javascript"]);
    for (const path of assets) expect(path).toMatch(/-[a-z0-9]{8}\.(?:js|css|svg)$/u);
  });

  test("and nothing else: other names are 404", async () => {
    for (const path of ["/simulator/assets/main.ts", "/simulator/assets/..%2Fserve.ts"]) {
      expect((await get(path)).status).toBe(404);
    }
  });
});
