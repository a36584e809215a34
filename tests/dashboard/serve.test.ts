import { describe, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { dashboard } from "../../src/dashboard/serve.ts";

const app = dashboard();
const get = (path: string, headers: Record<string, string> = {}) =>
  app.handle(new Request(`http://localhost${path}`, { headers }));
const scriptPath = async () =>
  /src="(\/assets\/[^"]+\.js)"/u.exec(await (await get("/")).text())?.[1] ?? "";

describe("the dashboard is served", () => {
  test("at each of its addresses, so that a reload stays where one was", async () => {
    for (const path of [
      "/",
      "/queue",
      "/conversations/0190-some-id",
      "/sign-up",
      "/forgot-password",
      "/reset-password",
      "/invitation",
    ]) {
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
    const code = await (await get(await scriptPath())).text();
    expect(code.length).toBeGreaterThan(100_000);
    const servers = ["typebox", "drizzle", "ioredis", "elysia"];
    expect(servers.filter((word) => code.toLowerCase().includes(word))).toEqual([]);
  });
});

const unpacked = {
  br: (bytes: Uint8Array) => brotliDecompressSync(bytes),
  gzip: (bytes: Uint8Array) => gunzipSync(bytes),
};

describe("its files are sent compressed", () => {
  test.each([
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["*", "br"],
  ] as const)(
    "to who accepts %p: as %s, the same content in a third of the bytes",
    async (accepted, coding) => {
      const path = await scriptPath();
      const plain = new Uint8Array(await (await get(path)).arrayBuffer());
      const response = await get(path, { "accept-encoding": accepted });
      expect(response.headers.get("content-encoding")).toBe(coding);
      expect(response.headers.get("vary")).toBe("Accept-Encoding");
      expect(response.headers.get("content-type")).toContain("javascript");
      const packed = new Uint8Array(await response.arrayBuffer());
      expect(packed.length * 3).toBeLessThan(plain.length);
      expect(Buffer.from(unpacked[coding](packed)).equals(Buffer.from(plain))).toBe(true);
    },
  );

  test.each(["", "identity", "br;q=0.0, gzip; q=0", "*;q=0", "brotli"])(
    "and plainly to who accepts %p",
    async (accepted) => {
      const response = await get(await scriptPath(), { "accept-encoding": accepted });
      expect(response.headers.get("content-encoding")).toBeNull();
      expect(response.headers.get("vary")).toBe("Accept-Encoding");
    },
  );

  test("each under a tag of its own, by which an unchanged page is not sent again", async () => {
    const codings = ["br", "gzip", "identity"];
    const tags = await Promise.all(
      codings.map(async (accepted) => {
        const headers = { "accept-encoding": accepted };
        return (await get("/", headers)).headers.get("etag") ?? "";
      }),
    );
    expect(new Set(tags).size).toBe(3);
    const [tag = "", other = ""] = tags;
    for (const known of [tag, `W/${tag}`, `"old", ${tag}`, "*"]) {
      const again = await get("/", { "accept-encoding": "br", "if-none-match": known });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
      expect(again.headers.get("etag")).toBe(tag);
      expect(again.headers.get("vary")).toBe("Accept-Encoding");
      expect(again.headers.get("cache-control")).toBe("no-cache");
    }
    const changed = await get("/", { "accept-encoding": "br", "if-none-match": other });
    expect(changed.status).toBe(200);
  });
});
