import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import { errorCodes, renderErrorTable } from "../error-catalogue.ts";
import { toDocument } from "../openapi/document.ts";
import { swaggerPageHtml, swaggerPageScript, swaggerPageStyle } from "../swagger-page.ts";

/** Only our own files, and the pictures that swagger-ui's stylesheet carries within itself. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const CACHE = "public, max-age=3600";
const hidden = { detail: { hide: true } };

export interface ApiInfo {
  version: string;
  description: string;
  tags: readonly { name: string; description: string }[];
}

/**
 * The API's own documentation: the OpenAPI document of all visible routes at `/swagger/json`, and at
 * `/swagger` our page for it. The plugin makes the raw document; its page, which loads a CDN's script,
 * is replaced by ours. The document is made once: all routes have to be there when it is first asked.
 */
export function openapi({ version, description, tags }: ApiInfo) {
  let document: object | undefined;
  return new Elysia({ name: "openapi" })
    .onAfterHandle(({ path, responseValue }) => {
      if (path !== "/swagger/json") return undefined;
      document ??= toDocument(responseValue);
      return document;
    })
    .use(
      swagger({
        path: "/swagger",
        exclude: [/^\/swagger/],
        documentation: {
          info: { title: "Leadline API", version, description: withErrors(description) },
          tags: [...tags],
        },
      }),
    )
    .get(
      "/swagger",
      ({ set }) => {
        set.headers["content-security-policy"] = PAGE_POLICY;
        set.headers["content-type"] = "text/html; charset=utf-8";
        return swaggerPageHtml;
      },
      hidden,
    )
    .use(assets());
}

/** Folded away: the table is long, and read when something went wrong. */
function withErrors(description: string): string {
  const summary = `All ${errorCodes.length} error codes`;
  return `${description}\n\n<details><summary>${summary}</summary>\n\n${renderErrorTable()}\n\n</details>`;
}

function assets() {
  const stylesheet = Bun.fileURLToPath(import.meta.resolve("swagger-ui-dist/swagger-ui.css"));
  const bundle = Bun.fileURLToPath(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js"));
  return new Elysia({ name: "swagger-assets", prefix: "/swagger/assets" })
    .get("/page.css", () => text(swaggerPageStyle, "text/css"), hidden)
    .get("/page.js", () => text(swaggerPageScript, "text/javascript"), hidden)
    .get("/swagger-ui.css", () => file(stylesheet), hidden)
    .get("/swagger-ui-bundle.js", () => file(bundle), hidden);
}

function text(content: string, type: string): Response {
  return new Response(content, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": CACHE },
  });
}

function file(path: string): Response {
  return new Response(Bun.file(path), { headers: { "cache-control": CACHE } });
}
