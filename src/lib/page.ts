import { fileResponse, type PageFile, pageFile } from "./page-file.ts";

/**
 * Only the page's own files run or style it, and it talks to its own origin alone ('self' includes
 * ws: and wss: of the same host in every current browser).
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const SECURITY_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** By the name in the address: "index.html" and the hashed files it refers to. */
type PageFiles = ReadonlyMap<string, PageFile>;

export interface Page {
  /** The HTML document: asked for anew each time, and sent only when it has changed. */
  document(request: Request): Promise<Response>;
  /** One of its hashed files, kept by browsers for ever; 404 for any other name. */
  asset(request: Request, name: string): Promise<Response>;
}

/**
 * A page bundled and compressed in memory at its first request. `entry` is the path of an `index.html`, `assetsAt`
 * the address of its files, with a slash at the end. Bun's own HTML routes would bundle too, but take
 * no headers and so no Content-Security-Policy (by the types and source of Bun 1.4.5 and Elysia 1.4.30).
 */
export function createPage({ entry, assetsAt }: { entry: string; assetsAt: string }): Page {
  let built: Promise<PageFiles> | undefined;

  function files(): Promise<PageFiles> {
    built ??= bundle(entry, assetsAt).catch((error: unknown) => {
      built = undefined;
      throw error;
    });
    return built;
  }

  return {
    document: async (request) => answer(request, (await files()).get("index.html"), "no-cache"),
    asset: async (request, name) =>
      answer(request, (await files()).get(name), "public, max-age=31536000, immutable"),
  };
}

async function bundle(entry: string, assetsAt: string): Promise<PageFiles> {
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    target: "browser",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
    publicPath: assetsAt,
    naming: { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
  });
  const files = outputs.map(async (output): Promise<[string, PageFile]> => {
    const name = output.path.replace(/^.*\//u, "");
    return [name, await pageFile(new Uint8Array(await output.arrayBuffer()), output.type)];
  });
  return new Map(await Promise.all(files));
}

function answer(request: Request, file: PageFile | undefined, cacheControl: string): Response {
  if (file === undefined) {
    return new Response("Not found", { status: 404, headers: SECURITY_HEADERS });
  }
  return fileResponse(file, request, { ...SECURITY_HEADERS, "cache-control": cacheControl });
}
