import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import { AppError, type ErrorCode } from "../../lib/errors.ts";
import { PROBLEM_CONTENT_TYPE, Problem, problemOf } from "../problem.ts";
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

/** The cookie that `/api/v1/auth/login` sets. */
const SESSION_COOKIE = "ll_session";

const CACHE = "public, max-age=3600";
const EXAMPLE_REQUEST_ID = "019aabcd-1234-7000-8000-000000000000";
const hidden = { detail: { hide: true } };

export interface ApiInfo {
  version: string;
  description: string;
  tags: readonly { name: string; description: string }[];
}

/**
 * The API's own documentation: the OpenAPI document of all visible routes at `/swagger/json`, and at
 * `/swagger` our page for it. The plugin's page, which loads a CDN's script, is replaced by ours.
 */
export function openapi({ version, description, tags }: ApiInfo) {
  return new Elysia({ name: "openapi" })
    .use(
      swagger({
        path: "/swagger",
        exclude: [/^\/swagger/],
        documentation: {
          info: { title: "Leadline API", version, description },
          tags: [...tags],
          components: {
            schemas: { Problem: JSON.parse(JSON.stringify(Problem)) },
            securitySchemes: {
              session: {
                type: "apiKey",
                in: "cookie",
                name: SESSION_COOKIE,
                description: `Set by signing in. With it, whatever changes something must come from our own pages (\`Origin\` or \`Sec-Fetch-Site\`).`,
              },
            },
          },
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

/** An error answer for a route's `detail.responses`, with an example of its body. */
export function problemResponse(code: ErrorCode, description: string) {
  const example = problemOf(new AppError(code, description), EXAMPLE_REQUEST_ID).body;
  return {
    description,
    content: {
      [PROBLEM_CONTENT_TYPE]: { schema: { $ref: "#/components/schemas/Problem" }, example },
    },
  };
}
