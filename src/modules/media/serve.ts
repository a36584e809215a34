import type { Db } from "../../db/client.ts";
import { isShownInPlace } from "../../funnel/media.ts";
import { AppError } from "../../lib/errors.ts";
import type { ByteRange, MediaStore } from "../../storage/store.ts";
import { type KeptFile, keptFile } from "./service.ts";
import type { PassOffice } from "./signed-path.ts";

export interface ServeDeps {
  db: Db;
  store: MediaStore;
  passes: PassOffice;
  now(): Date;
}

/**
 * The bytes that a pass opens, or the part that `Range` asks for. A pass that is wrong, old, or of a file
 * that is gone is the same `not_found`.
 */
export async function serveMedia(
  { db, store, passes, now }: ServeDeps,
  token: string,
  request: Request,
): Promise<Response> {
  const pass = passes.read(token);
  const leftS = (pass?.expiresAtS ?? 0) - Math.floor(now().getTime() / 1_000);
  if (pass === null || leftS <= 0) throw noFile();
  const { organizationId, mediaId } = pass;
  const file = await keptFile(db, organizationId, mediaId);
  if (file === undefined) throw noFile();
  const headers = headersOf(file, leftS);
  const range = readRange(request.headers.get("range"), file.bytes);
  if (range === "unsatisfiable") {
    return new Response(null, {
      status: 416,
      headers: { ...headers, "content-range": `bytes */${file.bytes}` },
    });
  }
  const body = await store.get(`${organizationId}/${mediaId}`, range ?? undefined);
  if (body === null) throw noFile();
  if (range === null) {
    return new Response(body, { headers: { ...headers, "content-length": String(file.bytes) } });
  }
  return new Response(body, {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(range.to - range.from + 1),
      "content-range": `bytes ${range.from}-${range.to}/${file.bytes}`,
    },
  });
}

function noFile(): AppError {
  return new AppError(
    "not_found",
    "This address opens nothing, or not any more. Ask for a new one.",
  );
}

/** Nothing of a lead's may run in our origin, whatever a browser makes of it. */
function headersOf({ mimeType, filename }: KeptFile, leftS: number): Record<string, string> {
  const way = isShownInPlace(mimeType) ? "inline" : "attachment";
  return {
    "content-type": mimeType === "text/plain" ? "text/plain; charset=utf-8" : mimeType,
    "content-disposition": `${way}${filename === null ? "" : `; ${named(filename)}`}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "accept-ranges": "bytes",
    "cache-control": `private, max-age=${leftS}`,
  };
}

/** In both spellings: the plain one for old programs, RFC 8187's for every letter there is. */
function named(filename: string): string {
  const plain = filename.replaceAll(/[^\w .()-]/g, "_");
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** The one range that was asked for; null: the whole, also for what is no such range or several. */
function readRange(header: string | null, bytes: number): ByteRange | null | "unsatisfiable" {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return null;
  const from = first === "" ? Math.max(bytes - Number(last), 0) : Number(first);
  const to = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return null;
  return from > to ? "unsatisfiable" : { from, to };
}
