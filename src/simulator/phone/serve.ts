import { fileURLToPath } from "node:url";
import { Elysia } from "elysia";

/**
 * Only this page's own files run or style it, and it talks to its own origin alone ('self' includes
 * ws: and wss: of the same host in every current browser).
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const SECURITY_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

interface PageFile {
  body: ArrayBuffer;
  contentType: string;
}

/** By the name in the address: "index.html" and the hashed files it refers to. */
type PageFiles = ReadonlyMap<string, PageFile>;

/**
 * Bundled in memory: Bun's own HTML routes would do it too, but take no headers and so no
 * Content-Security-Policy (tried with Bun 1.4.5 and Elysia 1.4.30).
 */
async function buildPage(): Promise<PageFiles> {
  const { outputs } = await Bun.build({
    entrypoints: [fileURLToPath(new URL("./index.html", import.meta.url))],
    target: "browser",
    minify: true,
    publicPath: "/simulator/assets/",
    naming: { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
  });
  const files = outputs.map(async (output): Promise<[string, PageFile]> => {
    const name = output.path.replace(/^.*\//u, "");
    return [name, { body: await output.arrayBuffer(), contentType: output.type }];
  });
  return new Map(await Promise.all(files));
}

function fileResponse(file: PageFile | undefined, cacheControl: string): Response {
  if (file === undefined) {
    return new Response("Not found", { status: 404, headers: SECURITY_HEADERS });
  }
  return new Response(file.body, {
    headers: {
      ...SECURITY_HEADERS,
      "content-type": file.contentType,
      "cache-control": cacheControl,
    },
  });
}

/**
 * The phone page: `GET /simulator` and its hashed files under `/simulator/assets`. Bundled at the
 * first request from the source beside this file, whatever the working directory.
 */
export function phonePage() {
  let built: Promise<PageFiles> | undefined;

  function page(): Promise<PageFiles> {
    built ??= buildPage().catch((error: unknown) => {
      built = undefined;
      throw error;
    });
    return built;
  }

  return new Elysia({ name: "simulator-phone-page" })
    .get("/simulator", async () => fileResponse((await page()).get("index.html"), "no-cache"), {
      detail: { hide: true },
    })
    .get(
      "/simulator/assets/:file",
      async ({ params }) =>
        fileResponse((await page()).get(params.file), "public, max-age=31536000, immutable"),
      { detail: { hide: true } },
    );
}
